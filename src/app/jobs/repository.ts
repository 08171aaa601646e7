import type { JobState } from '../../protocol/job-states.ts';
import type { Queryable, Statement } from '../db/queryable.ts';
import { isUniqueViolation } from '../db/errors.ts';
import type { Precondition } from '../http/etag.ts';
import { startOf } from '../items/cursor.ts';
import { meets } from '../items/repository.ts';
import type { JobQuery } from './schemas.ts';

export interface JobRow {
  readonly id: string;
  readonly item_id: string;
  readonly type: string;
  readonly state: JobState;
  readonly attempts: number;
  readonly error: string | null;
  readonly request_id: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly finished_at: string | null;
}

export interface NewJob {
  readonly id: string;
  readonly type: string;
  readonly itemId: string;
  readonly requestId: string;
  readonly traceparent: string | undefined;
}

const JOB_ID_CONSTRAINT = 'jobs_pkey';
const columns = 'id, item_id, type, state, attempts, error, request_id, created_at, updated_at, finished_at';
const byId: Statement = { name: 'jobs-by-id', text: `SELECT ${columns} FROM jobs WHERE id = $1` };

// One for each state: each is planned once, and those of what is not done are then read from their own small index.
const listing = (name: string, condition: string): Statement => ({
  name: `jobs-list-${name}`,
  text: `SELECT ${columns} FROM jobs WHERE id > $1 AND ${condition} ORDER BY id LIMIT $2`,
});
const ofState = (state: JobState): Statement => listing(state, `state = '${state}'`);
const lists: Readonly<Record<JobState | 'all', Statement>> = {
  all: listing('all', 'true'),
  queued: ofState('queued'),
  retrying: ofState('retrying'),
  done: ofState('done'),
  failed: ofState('failed'),
};

// A failed job gets a message again. One that was retried a moment ago, by a request that broke, is not retried twice.
const retry: Statement = {
  name: 'jobs-retry',
  text: `WITH job AS (
           UPDATE jobs SET state = 'queued', finished_at = NULL, updated_at = now()
           WHERE id = $1 AND state = 'failed' RETURNING ${columns}
         ), message AS (
           INSERT INTO outbox (job_id) SELECT id FROM job
         )
         SELECT ${columns} FROM job`,
};

// With what a relay that died may have left of it in the outbox: without its job nobody would ever send or forget it.
const discard: Statement = {
  name: 'jobs-discard',
  text: `WITH job AS (
           DELETE FROM jobs WHERE id = $1 AND state = 'failed' RETURNING id
         ), message AS (
           DELETE FROM outbox WHERE job_id IN (SELECT id FROM job)
         )
         SELECT id FROM job`,
};

// One statement and so one transaction: the item is marked, the job recorded and its message put in the outbox, or
// none of it. A job id that is there already is the same request repeated after its connection broke.
const enqueue: Statement = {
  name: 'jobs-enqueue',
  text: `WITH item AS (
           UPDATE items SET status = 'processing', version = version + 1, updated_at = now()
           WHERE id = $3 AND ${meets('$6', '$7')} AND NOT EXISTS (SELECT 1 FROM jobs WHERE id = $1) RETURNING id
         ), job AS (
           INSERT INTO jobs (id, type, item_id, request_id, traceparent) SELECT $1, $2, id, $4, $5 FROM item RETURNING ${columns}
         ), message AS (
           INSERT INTO outbox (job_id) SELECT id FROM job
         )
         SELECT ${columns} FROM job UNION ALL SELECT ${columns} FROM jobs WHERE id = $1`,
};

export async function findJob(connection: Queryable, id: string): Promise<JobRow | undefined> {
  return (await connection.query<JobRow>(byId, [id]))[0];
}

/** Up to `limit + 1` jobs after the cursor, oldest first: the one too many tells that there is a next page. */
export const listJobs = (connection: Queryable, { state, cursor, limit }: JobQuery): Promise<JobRow[]> =>
  connection.query<JobRow>(lists[state ?? 'all'], [startOf(cursor), limit + 1]);

/** Puts a failed job back into the queue. Undefined if it is not there or has not failed. */
export async function retryJob(connection: Queryable, id: string): Promise<JobRow | undefined> {
  return (await connection.query<JobRow>(retry, [id]))[0];
}

/** Whether there was such a job that had failed, which now is gone. */
export async function discardJob(connection: Queryable, id: string): Promise<boolean> {
  return (await connection.query(discard, [id])).length > 0;
}

/**
 * Accepts a job for an item: once this has returned, the job will be done. Undefined if there is no such item, or it has no
 * version that the precondition asks for.
 */
export async function enqueueJob(connection: Queryable, job: NewJob, { versions, otherThan }: Precondition): Promise<JobRow | undefined> {
  const values = [job.id, job.type, job.itemId, job.requestId, job.traceparent ?? null, versions, otherThan];
  const ask = () => connection.query<JobRow>(enqueue, values);
  // A first try whose connection broke was still under way when the repeat looked for it, and has ended since.
  const rows = await ask().catch((error: unknown) => {
    if (!isUniqueViolation(error, JOB_ID_CONSTRAINT)) throw error;
    return ask();
  });
  return rows[0];
}
