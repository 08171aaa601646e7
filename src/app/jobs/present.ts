import { pageOf, type Page } from '../http/page.ts';
import { encodeCursor } from '../items/cursor.ts';
import type { JobRow } from './repository.ts';

/** A page of at most `limit` of the rows; one more row than that means there is a next page. */
export function jobPage(rows: readonly JobRow[], limit: number): Page {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? encodeCursor(last.id) : undefined;
  return pageOf('jobs', shown.map(jobJson).join(','), nextCursor);
}

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
