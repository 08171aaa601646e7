import { pause } from '../backoff.ts';
import type { Database, Statement } from '../db/database.ts';
import type { Logger } from '../logging.ts';

const EVERY_MS = 60_000;

// A job that has waited this long with no message to wait for lost it with the broker's data. To send it once more
// does no harm if it is only late: the worker knows what it has done.
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
const forget: Statement = {
  name: 'housekeeping-forget',
  text: `DELETE FROM idempotency_keys WHERE (key, operation) IN (
           SELECT key, operation FROM idempotency_keys WHERE created_at < now() - interval '24 hours'
           ORDER BY created_at LIMIT 1000 FOR UPDATE SKIP LOCKED
         )`,
};

/** Once a minute: sends jobs again whose message was lost, and forgets idempotency keys after a day. Never throws. */
export async function keepHouse(database: Database, logger: Logger, signal: AbortSignal): Promise<void> {
  const ended = (): boolean => signal.aborted;
  while (!ended()) {
    // Replicas start together; they need not do this together.
    await pause(EVERY_MS * (0.5 + Math.random()), signal);
    if (ended() || !database.gate.up) continue;
    try {
      const sent = await database.run((connection) => connection.query(resend), { idempotent: true });
      if (sent.length > 0) logger.warn({ jobs: sent.length }, 'jobs without a message sent again');
      await database.run((connection) => connection.query(forget), { idempotent: true });
    } catch (err) {
      logger.warn({ err }, 'housekeeping failed, next time then');
    }
  }
}
