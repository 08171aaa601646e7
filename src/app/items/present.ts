import type { ItemRow } from './repository.ts';
import { encodeCursor } from './cursor.ts';

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
  return { json: `{"items":[${shown.map(({ json }) => json).join(',')}],"nextCursor":${next}}`, nextCursor };
}
