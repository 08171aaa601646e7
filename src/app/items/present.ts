import type { ItemRow } from './repository.ts';
import { encodeCursor } from './cursor.ts';

const quote = (text: string | null): string => (text === null ? 'null' : JSON.stringify(text));

/** An item as JSON text. By hand: `data` is JSON already, and the rest needs no escaping but for three fields. */
export const itemJson = (row: ItemRow): string =>
  `{"id":"${row.id}","key":${quote(row.key)},"name":${quote(row.name)},"description":${quote(row.description)},` +
  `"data":${row.data ?? 'null'},"status":"${row.status}","processedCount":${row.processed_count},` +
  `"version":${row.version},"createdAt":"${row.created_at}","updatedAt":"${row.updated_at}"}`;

/** The strong ETag of an item. */
export const itemEtag = (row: ItemRow): string => `"${row.version}"`;

export interface ItemPage {
  readonly json: string;
  readonly nextCursor: string | undefined;
}

/** A page of at most `limit` of the rows; one more row than that means there is a next page. */
export function itemPage(rows: readonly ItemRow[], limit: number): ItemPage {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const nextCursor = rows.length > limit && last !== undefined ? encodeCursor(last.id) : undefined;
  const next = nextCursor === undefined ? 'null' : `"${nextCursor}"`;
  return { json: `{"items":[${shown.map(itemJson).join(',')}],"nextCursor":${next}}`, nextCursor };
}
