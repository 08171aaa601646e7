import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import { pause } from '../app/backoff.ts';
import { DEAD_LETTER_QUEUE, retryQueue, TASK_QUEUE } from '../app/broker/topology.ts';
import { isTimeout } from '../app/db/errors.ts';
import { toError } from '../app/errors.ts';
import type { JobMessage } from '../app/jobs/message.ts';
import type { Logger } from '../app/logging.ts';
import { publishConfirmed, type Outgoing, type PublishChannel } from '../app/outbox/publish.ts';
import type { RecentOutcomes } from '../app/recent-outcomes.ts';
import { settleWithin } from '../app/shutdown.ts';
import { attemptJob, withDatabase, type AttemptOutcome, type WorkDatabase } from './attempt.ts';
import { Batcher, type BatchRow } from './batch.ts';
import { deadHeaders, nextRetry, readDelivery, retryHeaders, type Delivery } from './delivery.ts';
import { GivenUpBefore, PermanentJobError, shownReason } from './errors.ts';
import { batchStatements, handlers } from './handlers.ts';
import { markFailed, markRetrying } from './jobs.ts';
import type { WorkerMetrics } from './metrics.ts';
import type { WorkerSettings } from './settings.ts';

export interface ConsumerOptions {
  readonly settings: WorkerSettings;
  readonly database: WorkDatabase;
  readonly logger: Logger;
  readonly metrics: WorkerMetrics;
  readonly attempts: Pick<RecentOutcomes, 'note'>;
  /**
   * The way to the broker for what is tried again or given up. Not that on which messages come: the broker reads nothing,
   * no acknowledgement either, of a connection that publishes while it is short of memory or disk (its guide, "Alarms").
   */
  readonly publisher: { readonly waitToPublish: (signal: AbortSignal) => Promise<PublishChannel | undefined> };
  /** Aborted when the grace period is over. */
  readonly signal: AbortSignal;
}

/** What consuming needs of a channel. */
export type ConsumeChannel = Pick<ConfirmChannel, 'prefetch' | 'consume' | 'cancel' | 'ack' | 'nack' | 'reject' | 'close'>;

interface InHand {
  readonly channel: ConsumeChannel;
  readonly delivery: ConsumeMessage;
  readonly logger: Logger;
  /** Of the job; `unknown` for what is none. */
  readonly type: string;
}

const unsettledMs = 1_000;
const knownTypes = new Set(handlers.keys());

/** Takes messages from the task queue and brings each to an end: done, another attempt, or the dead-letter queue. */
export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #inHand = new Set<Promise<void>>();
  readonly #batchers: ReadonlyMap<string, Batcher>;
  #channel: ConsumeChannel | undefined;
  #tag: string | undefined;
  readonly #stopping = new AbortController();

  constructor(options: ConsumerOptions) {
    this.#options = options;
    const { database, settings } = options;
    this.#batchers = new Map(
      [...batchStatements].map(([type, statement]) => {
        const carryOut = (ids: readonly string[]) => database.run((connection) => connection.query<BatchRow>(statement, [ids]), { idempotent: true });
        return [type, new Batcher(carryOut, settings.WORKER_PREFETCH)];
      }),
    );
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
    if (this.#tag !== undefined && this.#channel !== undefined) await settleWithin(1_000, [this.#cancel(this.#channel, this.#tag)]);
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
    const inHand: InHand = { channel, delivery, logger, type: read.kind === 'job' ? read.message.type : 'unknown' };
    try {
      const settled = read.kind === 'job' ? await this.#attempt(inHand, read) : await this.#bury(inHand, jobId, read.reason, read.reason, 0);
      if (settled) channel.ack(delivery);
      else channel.nack(delivery, false, true);
    } catch (err) {
      // The channel broke, or the broker did not take the message's successor: this one is delivered again.
      logger.warn({ err }, 'message not settled');
      // Delivered again at once, it would have used up its deliveries before anybody can mend what is wrong.
      await pause(unsettledMs, this.#stopping.signal);
      try {
        // Since RabbitMQ 4.3 only a rejected message counts as delivered in vain, and only so it ends at its limit.
        if (this.#stopping.signal.aborted) channel.nack(delivery, false, true);
        else channel.reject(delivery, true);
      } catch {
        // A closed channel has given it back already.
      }
    }
  }

  /** Resolves to whether the message may be acknowledged. */
  async #attempt(inHand: InHand, { message, attempt }: Extract<Delivery, { kind: 'job' }>): Promise<boolean> {
    const { database, signal, metrics, attempts } = this.#options;
    const handler = handlers.get(message.type);
    if (handler === undefined) throw new Error(`no handler for ${message.type}`);
    const started = performance.now();
    const ms = (): number => Math.round((performance.now() - started) * 10) / 10;
    try {
      const batched = await this.#batchers.get(message.type)?.attempt(message);
      const onRefused = (): void => { attempts.note(message.type, true); };
      const isAlone = batched === undefined || batched === 'alone';
      const outcome: AttemptOutcome = isAlone ? await attemptJob(message, { database, handler, signal, onRefused }) : batched;
      metrics.observeJob(message.type, outcome, ms() / 1000);
      if (outcome !== 'interrupted') attempts.note(message.type, false);
      inHand.logger.info({ attempt, outcome, ms: ms() }, 'job');
      return outcome !== 'interrupted';
    } catch (thrown) {
      const error = toError(thrown);
      if (error instanceof GivenUpBefore) return this.#buryAgain(inHand, message, error);
      metrics.observeJob(message.type, 'error', ms() / 1000);
      // A job that can't be done at all says nothing of the others.
      if (!(error instanceof PermanentJobError)) attempts.note(message.type, true);
      inHand.logger.warn({ attempt, err: error, ms: ms() }, 'job attempt failed');
      return this.#afterFailure(inHand, message.jobId, attempt, error);
    }
  }

  async #afterFailure(inHand: InHand, jobId: string, attempt: number, error: Error): Promise<boolean> {
    const retry = error instanceof PermanentJobError ? undefined : nextRetry(attempt, { timedOut: isTimeout(error) });
    if (retry === undefined) return this.#bury(inHand, jobId, 'failed', shownReason(error), 1);
    const { database } = this.#options;
    const recorded = await withDatabase(this.#recording(inHand.type), async () => {
      await database.run((connection) => markRetrying(connection, jobId, shownReason(error)), { idempotent: true });
      return true;
    });
    if (recorded === undefined) return false;
    const message = {
      queue: retryQueue(retry.queueDelayMs),
      content: inHand.delivery.content,
      messageId: String(inHand.delivery.properties.messageId ?? jobId),
      options: { expiration: retry.waitMs, headers: retryHeaders(inHand.delivery, attempt) },
    };
    return this.#publish(message);
  }

  /** Who gave it up may have died before its letter was there: two of them are better than none. */
  async #buryAgain(inHand: InHand, { jobId, type }: JobMessage, error: GivenUpBefore): Promise<boolean> {
    this.#options.metrics.observeJob(type, 'duplicate', 0);
    return !inHand.delivery.fields.redelivered || this.#bury(inHand, jobId, 'failed', error.message, 0);
  }

  /** Resolves to whether the broker has it; false when the worker stops before it takes any. */
  async #publish(message: Outgoing): Promise<boolean> {
    const channel = await this.#options.publisher.waitToPublish(this.#stopping.signal);
    if (channel === undefined) return false;
    await publishConfirmed(channel, [message], this.#options.settings.PUBLISH_TIMEOUT_MS);
    return true;
  }

  /** Recording an outcome waits out locks in the database until the worker stops; each refusal is counted, so that readiness shows it. */
  #recording(type: string): Parameters<typeof withDatabase>[0] {
    const { database, signal, attempts } = this.#options;
    return { database, signal, patience: this.#stopping.signal, waitsForLocks: true, onRefused: () => { attempts.note(type, true); } };
  }

  async #bury(inHand: InHand, jobId: string | undefined, reason: string, error: string, attempts: number): Promise<boolean> {
    const { database, metrics } = this.#options;
    const recorded = await withDatabase(this.#recording(inHand.type), async () => {
      if (jobId !== undefined) await database.run((connection) => markFailed(connection, jobId, error, attempts), { idempotent: true });
      return true;
    });
    if (recorded === undefined) return false;
    const message = {
      queue: DEAD_LETTER_QUEUE,
      content: inHand.delivery.content,
      messageId: String(inHand.delivery.properties.messageId ?? jobId ?? 'unknown'),
      options: { headers: deadHeaders(inHand.delivery, reason, error) },
    };
    if (!(await this.#publish(message))) return false;
    metrics.countDead(reason);
    inHand.logger.error({ reason, error }, 'message given up');
    return true;
  }
}
