import type { Queryable, Statement } from '../app/db/queryable.ts';
import { PROCESS_ITEM } from '../app/jobs/types.ts';
import { PermanentJobError } from './errors.ts';
import { doneAssignments, openCondition } from './jobs.ts';

/**
 * The effect of a job, within the transaction that also marks the job as done: all of it or nothing. So a handler does
 * nothing that the database can't undo.
 */
export type JobHandler = (transaction: Queryable, itemId: string) => Promise<void>;

// The status is that of the last job to end; the count tells how many have.
const applyEffect: Statement = {
  name: 'item-processed',
  text: `UPDATE items SET status = 'processed', processed_count = processed_count + 1, version = version + 1, updated_at = now()
         WHERE id = $1 RETURNING id`,
};

const processItem: JobHandler = async (transaction, itemId) => {
  const rows = await transaction.query(applyEffect, [itemId]);
  if (rows.length === 0) throw new PermanentJobError('the item is gone');
};

/**
 * The same for many jobs (`$1`, their ids) at once: a BatchRow for each that is recorded. Rows are locked in the order of
 * their ids, so that two workers never wait for each other. A job whose item is gone is left as it is: its own attempt
 * says so.
 */
const processItems: Statement = {
  name: 'items-processed',
  text: `WITH job AS MATERIALIZED (
           SELECT id, item_id, state FROM jobs WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE
         ), open AS (
           SELECT id, item_id FROM job WHERE ${openCondition}
         ), item AS MATERIALIZED (
           SELECT id FROM items WHERE id IN (SELECT item_id FROM open) ORDER BY id FOR UPDATE
         ), todo AS (
           SELECT item.id, count(*)::int AS jobs FROM item JOIN open ON open.item_id = item.id GROUP BY item.id
         ), effect AS (
           UPDATE items SET status = 'processed', processed_count = processed_count + todo.jobs, version = version + todo.jobs,
             updated_at = now()
           FROM todo WHERE items.id = todo.id RETURNING items.id
         ), done AS (
           UPDATE jobs SET ${doneAssignments}
           FROM open JOIN effect ON effect.id = open.item_id WHERE jobs.id = open.id RETURNING jobs.id
         )
         SELECT job.id, job.state, done.id IS NOT NULL AS done FROM job LEFT JOIN done ON done.id = job.id`,
};

/** For the types of which many can be done at once. */
export const batchStatements: ReadonlyMap<string, Statement> = new Map([[PROCESS_ITEM, processItems]]);

/** What a worker can do, by the type of the job. */
export const handlers: ReadonlyMap<string, JobHandler> = new Map([[PROCESS_ITEM, processItem]]);
