import { pause } from '../backoff.ts';
import type { Database } from '../db/database.ts';
import type { Statement } from '../db/queryable.ts';
import type { Logger } from '../logging.ts';
import type { ApiSettings } from '../settings.ts';
import { uuidV7 } from '../uuid-v7.ts';

const everyMs = 60_000;
const dayMs = 24 * 60 * 60 * 1000;
const deletedAtOnce = 1000;

// A job that has waited this long with no message to wait for lost it with the broker's data. To send it once more
// does no harm if it is only late: the worker knows what it has done. But only while nobody waits in the queue: with the
// workers away or behind, each late job would be sent again and again, until the broker is full.
const resend: Statement = {
  name: 'housekeeping-resend',
  text: `WITH stale AS (
           SELECT id FROM jobs
           WHERE state IN ('queued', 'retrying') AND updated_at < now() - interval '15 minutes'
             AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.job_id = jobs.id)
           ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED
         ), touched AS (
           UPDATE jobs SET updated_at = now() FROM stale WHERE jobs.id = stale.id RETURNING jobs.id
         )
         INSERT INTO outbox (job_id) SELECT id FROM touched RETURNING job_id`,
};
const forgetKeys: Statement = {
  name: 'housekeeping-forget-keys',
  text: `WITH gone AS (
           DELETE FROM idempotency_keys WHERE (key, operation) IN (
             SELECT key, operation FROM idempotency_keys WHERE created_at < now() - interval '24 hours'
             ORDER BY created_at LIMIT ${deletedAtOnce} FOR UPDATE SKIP LOCKED
           ) RETURNING 1
         )
         SELECT count(*)::int AS count FROM gone`,
};
// Ids begin with their time: the primary key leads to the oldest, and no further index is kept for this.
const forgetJobs: Statement = {
  name: 'housekeeping-forget-jobs',
  text: `WITH gone AS (
           DELETE FROM jobs WHERE id IN (
             SELECT id FROM jobs WHERE id < $1 AND state = 'done' AND finished_at < now() - make_interval(days => $2)
             ORDER BY id LIMIT ${deletedAtOnce} FOR UPDATE SKIP LOCKED
           ) RETURNING 1
         )
         SELECT count(*)::int AS count FROM gone`,
};

interface Household {
  readonly database: Database;
  readonly settings: Pick<ApiSettings, 'JOB_RETENTION_DAYS'>;
  /** How many messages wait for a worker; undefined while the broker does not say. */
  readonly waitingMessages: () => Promise<number | undefined>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Once a minute: sends jobs again whose message was lost, and forgets idempotency keys after a day and jobs that are done
 * after as many days as the settings say. Failed ones are kept: they wait for somebody. Never throws.
 */
export async function keepHouse({ database, settings, waitingMessages, logger, signal }: Household): Promise<void> {
  const ended = (): boolean => signal.aborted;
  const days = settings.JOB_RETENTION_DAYS;
  while (!ended()) {
    // Replicas start together; they need not do this together.
    await pause(everyMs * (0.5 + Math.random()), signal);
    if (ended() || !database.gate.up) continue;
    try {
      const sent = (await waitingMessages()) === 0 ? await database.run((connection) => connection.query(resend), { idempotent: true }) : [];
      if (sent.length > 0) logger.warn({ jobs: sent.length }, 'jobs without a message sent again');
      await deleteAll(database, signal, forgetKeys, []);
      if (days > 0) await deleteAll(database, signal, forgetJobs, [firstIdAt(Date.now() - days * dayMs), days]);
    } catch (err) {
      logger.warn({ err }, 'housekeeping failed, next time then');
    }
  }
}

/** In small transactions, which block nobody for long; until there is nothing left, however much comes in meanwhile. */
async function deleteAll(database: Database, signal: AbortSignal, statement: Statement, values: readonly unknown[]): Promise<void> {
  let deleted = deletedAtOnce;
  while (deleted >= deletedAtOnce && !signal.aborted) {
    const [row] = await database.run((connection) => connection.query<{ readonly count: number }>(statement, values), { idempotent: true });
    deleted = row?.count ?? 0;
  }
}

/** The least id of this millisecond. */
export const firstIdAt = (epochMs: number): string => uuidV7(Math.max(0, epochMs), '000-8000-000000000000');
