import type { JobRow } from './repository.ts';

/** A job as JSON text. */
export const jobJson = (row: JobRow): string =>
  JSON.stringify({
    jobId: row.id,
    itemId: row.item_id,
    type: row.type,
    state: row.state,
    attempts: row.attempts,
    error: row.error,
    requestId: row.request_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    finishedAt: row.finished_at,
  });
