import type { ConsumeMessage } from 'amqplib';
import { DEAD_LETTER_QUEUE, retryQueue } from '../app/broker/topology.ts';
import { isTimeout } from '../app/db/errors.ts';
import type { Queryable } from '../app/db/queryable.ts';
import { toError } from '../app/errors.ts';
import type { JobMessage } from '../app/jobs/message.ts';
import type { Logger } from '../app/logging.ts';
import { publishConfirmed, type Outgoing, type PublishChannel } from '../app/outbox/publish.ts';
import type { RecentOutcomes } from '../app/recent-outcomes.ts';
import { attemptJob, withDatabase, type AttemptOutcome, type WorkDatabase } from './attempt.ts';
import { Batcher, type BatchRow } from './batch.ts';
import { deadHeaders, nextRetry, retryHeaders, type Delivery } from './delivery.ts';
import { GivenUpBefore, PermanentJobError, shownReason } from './errors.ts';
import { batchStatements, handlers, type JobHandler } from './handlers.ts';
import { markFailed, markRetrying } from './jobs.ts';
import type { WorkerMetrics } from './metrics.ts';
import type { WorkerSettings } from './settings.ts';

export interface SettlerOptions {
  readonly settings: Pick<WorkerSettings, 'WORKER_PREFETCH' | 'PUBLISH_TIMEOUT_MS'>;
  readonly database: WorkDatabase;
  readonly metrics: WorkerMetrics;
  readonly attempts: Pick<RecentOutcomes, 'note'>;
  /**
   * The way to the broker for what is tried again or given up. Not that on which messages come: the broker reads nothing,
   * no acknowledgement either, of a connection that publishes while it is short of memory or disk (its guide, "Alarms").
   */
  readonly publisher: { readonly waitToPublish: (signal: AbortSignal) => Promise<PublishChannel | undefined> };
  /** Aborted when the worker is to stop: nothing is waited for any more, but what is under way goes on. */
  readonly stopping: AbortSignal;
  /** Aborted when the grace period is over. */
  readonly signal: AbortSignal;
}

/** A message, and what is said of it while it is brought to its end. */
interface InHand {
  readonly delivery: ConsumeMessage;
  readonly logger: Logger;
  /** Of the job; `unknown` for what is none. */
  readonly type: string;
}

/** That a message is given up, and why. */
interface Burial {
  /** Undefined for what is no message of ours. */
  readonly jobId: string | undefined;
  readonly reason: string;
  /** What the job's record says of it. */
  readonly error: string;
  /** How many to add to the attempts that the record counts. */
  readonly attempts: number;
}

/** Brings each message to an end: done, another attempt, or the dead-letter queue. */
export class Settler {
  readonly #options: SettlerOptions;
  readonly #batchers: ReadonlyMap<string, Batcher>;

  constructor(options: SettlerOptions) {
    this.#options = options;
    const { database, settings } = options;
    this.#batchers = new Map(
      [...batchStatements].map(([type, statement]) => {
        const carryOut = (ids: readonly string[]) => database.run((connection) => connection.query<BatchRow>(statement, [ids]), { idempotent: true });
        return [type, new Batcher(carryOut, settings.WORKER_PREFETCH)];
      }),
    );
  }

  /** Resolves to whether the message may be acknowledged; else it has to be delivered again. Rejects when the broker does not take its successor. */
  async settle(delivery: ConsumeMessage, read: Delivery, logger: Logger): Promise<boolean> {
    if (read.kind === 'job') return this.#attempt({ delivery, logger, type: read.message.type }, read);
    const { jobId, reason } = read;
    return this.#bury({ delivery, logger, type: 'unknown' }, { jobId, reason, error: reason, attempts: 0 });
  }

  async #attempt(inHand: InHand, { message, attempt }: Extract<Delivery, { kind: 'job' }>): Promise<boolean> {
    const { metrics, attempts } = this.#options;
    const handler = handlers.get(message.type);
    if (handler === undefined) throw new Error(`no handler for ${message.type}`);
    const startedMs = performance.now();
    const ms = (): number => Math.round((performance.now() - startedMs) * 10) / 10;
    try {
      const outcome = await this.#outcomeOf(message, handler);
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

  /** Of an attempt together with others of the type, or, where that settles nothing, by itself. */
  async #outcomeOf(message: JobMessage, handler: JobHandler): Promise<AttemptOutcome> {
    const { database, signal, attempts } = this.#options;
    const batched = await this.#batchers.get(message.type)?.attempt(message);
    if (batched !== undefined && batched !== 'alone') return batched;
    return attemptJob(message, { database, handler, signal, onRefused: () => { attempts.note(message.type, true); } });
  }

  async #afterFailure(inHand: InHand, jobId: string, attempt: number, error: Error): Promise<boolean> {
    const retry = error instanceof PermanentJobError ? undefined : nextRetry(attempt, { timedOut: isTimeout(error) });
    const reason = shownReason(error);
    if (retry === undefined) return this.#bury(inHand, { jobId, reason: 'failed', error: reason, attempts: 1 });
    if (!(await this.#record(inHand.type, (connection) => markRetrying(connection, jobId, reason)))) return false;
    const { delivery } = inHand;
    const options = { expiration: retry.waitMs, headers: retryHeaders(delivery, attempt) };
    return this.#publish({ ...successorOf(delivery, jobId), queue: retryQueue(retry.queueDelayMs), options });
  }

  /** Who gave it up may have died before its letter was there: two of them are better than none. */
  async #buryAgain(inHand: InHand, { jobId, type }: JobMessage, error: GivenUpBefore): Promise<boolean> {
    this.#options.metrics.observeJob(type, 'duplicate', 0);
    return !inHand.delivery.fields.redelivered || this.#bury(inHand, { jobId, reason: 'failed', error: error.message, attempts: 0 });
  }

  async #bury({ delivery, logger, type }: InHand, { jobId, reason, error, attempts }: Burial): Promise<boolean> {
    const { metrics, signal } = this.#options;
    const isRecorded = jobId === undefined ? !signal.aborted : await this.#record(type, (connection) => markFailed(connection, jobId, error, attempts));
    if (!isRecorded) return false;
    const options = { headers: deadHeaders(delivery, reason, error) };
    if (!(await this.#publish({ ...successorOf(delivery, jobId), queue: DEAD_LETTER_QUEUE, options }))) return false;
    metrics.countDead(reason);
    logger.error({ reason, error }, 'message given up');
    return true;
  }

  /**
   * Records what became of a job, waiting out locks in the database until the worker stops; each refusal is counted, so that
   * readiness shows it. Resolves to whether it is recorded.
   */
  async #record(type: string, change: (connection: Queryable) => Promise<void>): Promise<boolean> {
    const { database, signal, stopping, attempts } = this.#options;
    const onRefused = (): void => { attempts.note(type, true); };
    const recorded = await withDatabase({ database, signal, patience: stopping, waitsForLocks: true, onRefused }, async () => {
      await database.run(change, { idempotent: true });
      return true;
    });
    return recorded === true;
  }

  /** Resolves to whether the broker has it; false when the worker stops before it takes any. */
  async #publish(message: Outgoing): Promise<boolean> {
    const { publisher, settings, stopping } = this.#options;
    const channel = await publisher.waitToPublish(stopping);
    if (channel === undefined) return false;
    await publishConfirmed(channel, [message], settings.PUBLISH_TIMEOUT_MS);
    return true;
  }
}

/** What the message that follows another takes over from it. */
const successorOf = ({ content, properties }: ConsumeMessage, jobId: string | undefined): Pick<Outgoing, 'content' | 'messageId'> => ({
  content,
  messageId: String(properties.messageId ?? jobId ?? 'unknown'),
});
