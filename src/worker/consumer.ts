import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import { pause } from '../app/backoff.ts';
import { TASK_QUEUE } from '../app/broker/topology.ts';
import type { Logger } from '../app/logging.ts';
import { settleWithin } from '../app/shutdown.ts';
import { readDelivery } from './delivery.ts';
import { handlers } from './handlers.ts';
import { Settler, type SettlerOptions } from './settler.ts';

export interface ConsumerOptions extends Omit<SettlerOptions, 'stopping'> {
  readonly logger: Logger;
  /** How time passes; by the clock, unless a test says otherwise. */
  readonly pause?: typeof pause;
}

/** What consuming needs of a channel. */
export type ConsumeChannel = Pick<ConfirmChannel, 'prefetch' | 'consume' | 'cancel' | 'ack' | 'nack' | 'reject' | 'close'>;

const unsettledMs = 1_000;
const cancelMs = 1_000;
const knownTypes = new Set(handlers.keys());

/** Takes messages from the task queue, has each settled, and acknowledges it or gives it back. */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #settler: Settler;
  readonly #inHand = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #channel: ConsumeChannel | undefined;
  #tag: string | undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#settler = new Settler({ ...options, stopping: this.#stopping.signal });
  }

  /** Starts to consume on a new channel; without a database, once there is one. */
  async start(channel: ConsumeChannel): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    await channel.prefetch(this.#options.settings.WORKER_PREFETCH);
    if (this.#options.database.gate.up) await this.#consume(channel);
    // A channel that is closed meanwhile has a successor, which waits as well.
    else void this.#consumeOnceUp(channel).catch(() => undefined);
  }

  async #consumeOnceUp(channel: ConsumeChannel): Promise<void> {
    const { database, signal } = this.#options;
    if ((await database.gate.waitUntilUp(Number.POSITIVE_INFINITY, signal)) && !this.#stopping.signal.aborted) await this.#consume(channel);
  }

  async #consume(channel: ConsumeChannel): Promise<void> {
    const { consumerTag } = await channel.consume(TASK_QUEUE, (delivery) => { this.#receive(channel, delivery); });
    this.#channel = channel;
    this.#tag = consumerTag;
  }

  /** Takes no more messages and waits for those in hand, finished or interrupted. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    // If the channel is gone, so is the consumer.
    if (this.#tag !== undefined && this.#channel !== undefined) await settleWithin(cancelMs, [this.#cancel(this.#channel, this.#tag)]);
    await Promise.all(this.#inHand);
  }

  async #cancel(channel: ConsumeChannel, tag: string): Promise<void> {
    await channel.cancel(tag);
  }

  #receive(channel: ConsumeChannel, delivery: ConsumeMessage | null): void {
    if (delivery === null) {
      // The broker has cancelled the consumer (its queue was deleted): without a channel the session starts over.
      void channel.close().catch(() => undefined);
      return;
    }
    const work = this.#work(channel, delivery).finally(() => this.#inHand.delete(work));
    this.#inHand.add(work);
  }

  async #work(channel: ConsumeChannel, delivery: ConsumeMessage): Promise<void> {
    const read = readDelivery(delivery, knownTypes);
    const headers: Record<string, unknown> = delivery.properties.headers ?? {};
    const jobId = read.kind === 'job' ? read.message.jobId : read.jobId;
    const logger = this.#options.logger.child({ jobId, requestId: headers['x-request-id'], traceparent: headers['traceparent'] });
    try {
      if (await this.#settler.settle(delivery, read, logger)) channel.ack(delivery);
      else channel.nack(delivery, false, true);
    } catch (err) {
      // The channel broke, or the broker did not take the message's successor: this one is delivered again.
      logger.warn({ err }, 'message not settled');
      await this.#giveBack(channel, delivery);
    }
  }

  /** Delivered again at once, it would have used up its deliveries before anybody can mend what is wrong. */
  async #giveBack(channel: ConsumeChannel, delivery: ConsumeMessage): Promise<void> {
    await (this.#options.pause ?? pause)(unsettledMs, this.#stopping.signal);
    try {
      // Since RabbitMQ 4.3 only a rejected message counts as delivered in vain, and only so it ends at its limit.
      if (this.#stopping.signal.aborted) channel.nack(delivery, false, true);
      else channel.reject(delivery, true);
    } catch {
      // A closed channel has given it back already.
    }
  }
}
