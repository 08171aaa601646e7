import type { Queryable, Statement } from '../app/db/database.ts';
import type { JobMessage } from '../app/jobs/message.ts';
import { PROCESS_ITEM } from '../app/jobs/types.ts';
import { PermanentJobError } from './errors.ts';

/**
 * The effect of a job, within the transaction that also marks the job as done: all of it or nothing. So a handler does
 * nothing that the database can't undo.
 */
export type JobHandler = (transaction: Queryable, message: JobMessage) => Promise<void>;

// The status is that of the last job to end; the count tells how many have.
const applyEffect: Statement = {
  name: 'item-processed',
  text: `UPDATE items SET status = 'processed', processed_count = processed_count + 1, version = version + 1, updated_at = now()
         WHERE id = $1 RETURNING id`,
};

const processItem: JobHandler = async (transaction, { itemId }) => {
  const rows = await transaction.query(applyEffect, [itemId]);
  if (rows.length === 0) throw new PermanentJobError('the item is gone');
};

/** What a worker can do, by the type of the job. */
export const handlers: ReadonlyMap<string, JobHandler> = new Map([[PROCESS_ITEM, processItem]]);
