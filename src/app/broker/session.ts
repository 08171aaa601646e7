import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { backoffMs, pause, reconnectPolicy } from '../backoff.ts';
import { toError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import type { CommonSettings } from '../settings.ts';
import { connectBroker, disconnectBroker, type BrokerConnection } from './connect.ts';
import { declareTopology } from './topology.ts';

export interface BrokerOptions {
  readonly settings: CommonSettings;
  readonly purpose: string;
  readonly logger: Logger;
  /** Ends the search for a broker. An open session stays until `close`. */
  readonly signal: AbortSignal;
  /** Called with each new channel, before it counts as available: consumers start here. */
  readonly onChannel?: (channel: ConfirmChannel) => Promise<void>;
}

/**
 * One connection with one confirm channel, opened again whenever either is lost. amqplib's own `recovery` looks after
 * connections only; here a closed channel or a failed declaration starts over in the same way, with one backoff.
 */
export class BrokerSession {
  readonly #options: BrokerOptions;
  readonly #waiters = new Set<() => void>();
  #connection: BrokerConnection | undefined;
  #channel: ConfirmChannel | undefined;
  #isBlocked = false;
  #closed = false;

  constructor(options: BrokerOptions) {
    this.#options = options;
  }

  /** The channel while there is one. */
  get channel(): ConfirmChannel | undefined {
    return this.#channel;
  }

  /** The broker takes no messages while it is short of memory or disk; it gives them out all the same. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** Keeps the session open until aborted or closed. Never throws. */
  async run(): Promise<void> {
    const { signal, logger } = this.#options;
    for (let failures = 0; !signal.aborted && !this.#closed; failures += 1) {
      try {
        const { lost } = await this.#open();
        failures = 0;
        logger.info('broker available');
        const error = await lost;
        if (!this.#isEnding()) logger.warn({ err: error }, 'broker lost');
      } catch (error) {
        if (failures % 10 === 0 && !this.#isEnding()) logger.warn({ err: error, failures }, 'broker not reachable');
      } finally {
        await this.#discard();
      }
      await pause(backoffMs(reconnectPolicy, failures), signal);
    }
  }

  /** Resolves to the channel as soon as there is one that messages are taken on; to undefined when the session, or `signal`, ends before. */
  async waitToPublish(signal: AbortSignal = this.#options.signal): Promise<ConfirmChannel | undefined> {
    const isOver = (): boolean => this.#isEnding() || signal.aborted;
    const ends = AbortSignal.any([this.#options.signal, signal]);
    while ((this.#channel === undefined || this.#isBlocked) && !isOver()) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiters.delete(wake);
          ends.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiters.add(wake);
        ends.addEventListener('abort', wake, { once: true });
      });
    }
    // One that is there is worth more than none, whoever has stopped waiting.
    return this.#isEnding() || this.#isBlocked ? undefined : this.#channel;
  }

  /** Gives the connection up; `run` opens another. For a broker that is connected and yet does not answer. */
  async reset(): Promise<void> {
    await this.#discard();
  }

  /** Ends the session for good. Unacknowledged messages go back to their queue. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#discard();
    this.#wakeAll();
  }

  #isEnding(): boolean {
    return this.#closed || this.#options.signal.aborted;
  }

  async #open(): Promise<{ lost: Promise<Error | undefined> }> {
    const connection = await connectBroker(this.#options.settings, this.#options.purpose);
    const { model } = connection;
    this.#connection = connection;
    if (this.#closed) throw new Error('closed before it was open');
    const lost = new Promise<Error | undefined>((resolve) => {
      model.on('error', (error) => { resolve(error); });
      model.on('close', (error?: Error) => { resolve(error); });
    });
    model.on('blocked', (reason: string) => { this.#block(model, true, reason); });
    model.on('unblocked', () => { this.#block(model, false); });
    const channel = await model.createConfirmChannel();
    // Each message that is on its way to be confirmed listens for a while.
    channel.setMaxListeners(0);
    const channelLost = new Promise<Error | undefined>((resolve) => {
      channel.on('error', (error) => { resolve(error); });
      channel.on('close', () => { resolve(undefined); });
    });
    await declareTopology(channel);
    await this.#options.onChannel?.(channel);
    this.#channel = channel;
    this.#wakeAll();
    return { lost: Promise.race([lost, channelLost]) };
  }

  /** RabbitMQ tells whoever publishes in spite of an alarm (its guide, "Blocked Connection Notifications"). */
  #block(model: ChannelModel, isBlocked: boolean, reason?: string): void {
    if (this.#connection?.model !== model) return;
    this.#isBlocked = isBlocked;
    if (isBlocked) this.#options.logger.warn({ reason }, 'broker takes no messages');
    else this.#options.logger.info('broker takes messages again');
    this.#wakeAll();
  }

  async #discard(): Promise<void> {
    const connection = this.#connection;
    this.#channel = undefined;
    this.#connection = undefined;
    this.#isBlocked = false;
    if (connection === undefined) return;
    await disconnectBroker(connection, (error) => {
      this.#options.logger.debug({ err: toError(error) }, 'broker connection was closed already');
    });
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiters]) wake();
  }
}
