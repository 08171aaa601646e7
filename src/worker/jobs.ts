import type { Queryable, Statement } from '../app/db/queryable.ts';
import type { JobState } from '../protocol/job-states.ts';

interface ClaimedJob {
  /** What the job is for: the message only says which job. */
  readonly itemId: string;
  readonly state: JobState;
  /** Why the last attempt failed. */
  readonly error: string | null;
}

// The row lock makes a second delivery of the same job wait for the first, and then see what it did.
const lock: Statement = { name: 'job-lock', text: 'SELECT item_id AS "itemId", state, error FROM jobs WHERE id = $1 FOR UPDATE' };

/** In SQL: the record of a job that is done now. */
export const doneAssignments = `state = 'done', attempts = attempts + 1, error = NULL, updated_at = now(), finished_at = now()`;
/** In SQL: neither done nor given up. What is one of these stays so, until somebody retries it. */
export const openCondition = `state IN ('queued', 'retrying')`;

const done: Statement = { name: 'job-done', text: `UPDATE jobs SET ${doneAssignments} WHERE id = $1` };
const retrying: Statement = {
  name: 'job-retrying',
  text: `UPDATE jobs SET state = 'retrying', attempts = attempts + 1, error = $2, updated_at = now()
         WHERE id = $1 AND ${openCondition}`,
};
const failed: Statement = {
  name: 'job-failed',
  text: `UPDATE jobs SET state = 'failed', attempts = attempts + $3, error = $2, updated_at = now(), finished_at = now()
         WHERE id = $1 AND ${openCondition}`,
};

/** The job, locked until the transaction ends; undefined if it is not recorded. */
export async function lockJob(transaction: Queryable, jobId: string): Promise<ClaimedJob | undefined> {
  return (await transaction.query<ClaimedJob>(lock, [jobId]))[0];
}

export const markDone = async (transaction: Queryable, jobId: string): Promise<void> => {
  await transaction.query(done, [jobId]);
};

/** Records a failed attempt after which another will be made. */
export const markRetrying = async (connection: Queryable, jobId: string, reason: string): Promise<void> => {
  await connection.query(retrying, [jobId, reason]);
};

/** Records that the job is given up. `attempts`: how many to add to those counted. */
export const markFailed = async (connection: Queryable, jobId: string, reason: string, attempts: number): Promise<void> => {
  await connection.query(failed, [jobId, reason, attempts]);
};
