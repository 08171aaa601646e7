import type { Database } from '../app/db/database.ts';
import type { AvailabilityGate } from '../app/db/gate.ts';
import { DatabaseOverloaded, DatabaseReadOnly, DatabaseUnavailable, isOutOfRoom, isTimeout } from '../app/db/errors.ts';
import { pause } from '../app/backoff.ts';
import type { JobMessage } from '../app/jobs/message.ts';
import type { JobHandler } from './handlers.ts';
import { GivenUpBefore, PermanentJobError } from './errors.ts';
import { lockJob, markDone } from './jobs.ts';

/** Until it is asked again. Somebody has to make room in one that is full, or let one be written to. */
const busyDatabaseMs = 200;
const unwritableMs = 1000;

export type AttemptOutcome = 'done' | 'duplicate' | 'interrupted';

/** What a worker needs of a database. */
export interface WorkDatabase extends Pick<Database, 'run' | 'transaction'> {
  readonly gate: Pick<AvailabilityGate, 'up' | 'waitUntilUp'>;
}

interface Patience {
  readonly database: WorkDatabase;
  /** Aborted when there is no more time: unfinished work is given back. */
  readonly signal: AbortSignal;
  /** For what only records an outcome: a lock that somebody holds is waited out too. The message would come again and again. */
  readonly waitsForLocks?: boolean;
  /** Aborted when it is not worth waiting any more: the work is tried once all the same. */
  readonly patience?: AbortSignal;
  /** Called each time the database turned out to be away, read-only or full. */
  readonly onRefused?: () => void;
}

export interface AttemptOptions extends Patience {
  readonly handler: JobHandler;
}

/**
 * Makes one attempt at a job. The effect and the job's new state are one transaction under the job's row lock, so a
 * redelivery finds it done ("duplicate") and changes nothing, or given up (GivenUpBefore). A database that is away or full is waited for, as long
 * as it takes: that says nothing about the job. Throws what the handler throws.
 */
export async function attemptJob(message: JobMessage, options: AttemptOptions): Promise<AttemptOutcome> {
  const outcome = await withDatabase(options, () =>
    options.database.transaction(
      async (transaction) => {
        const job = await lockJob(transaction, message.jobId);
        if (job === undefined) throw new PermanentJobError('the job is not recorded');
        if (job.state === 'failed') throw new GivenUpBefore(job.error ?? 'unknown');
        if (job.state === 'done') return 'duplicate' as const;
        await options.handler(transaction, job.itemId);
        await markDone(transaction, message.jobId);
        return 'done' as const;
      },
      { idempotent: true },
    ),
  );
  return outcome ?? 'interrupted';
}

/** Repeats `work` until the database is there for it; undefined when aborted before. */
export async function withDatabase<T>({ database, signal, patience, waitsForLocks = false, onRefused }: Patience, work: () => Promise<T>): Promise<T | undefined> {
  const over = patience === undefined ? signal : AbortSignal.any([signal, patience]);
  while (!signal.aborted) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof DatabaseOverloaded) {
        if (over.aborted) return undefined;
        await pause(busyDatabaseMs, over);
        continue;
      }
      const isToBeWaitedFor = error instanceof DatabaseUnavailable || isUnwritable(error) || (waitsForLocks && isTimeout(error));
      if (!isToBeWaitedFor) throw error;
      onRefused?.();
      if (over.aborted) return undefined;
      if (error instanceof DatabaseUnavailable) await database.gate.waitUntilUp(Number.POSITIVE_INFINITY, over);
      else await pause(unwritableMs, over);
    }
  }
  return undefined;
}

const isUnwritable = (error: unknown): boolean => error instanceof DatabaseReadOnly || isOutOfRoom(error);
