import type { ItemRow, ItemSlice } from './repository.ts';
import { encodeCursor } from './cursor.ts';

/** The strong ETag of an item. */
export const itemEtag = (row: ItemRow): string => `"${row.version}"`;

export interface ItemPage {
  readonly json: string;
  readonly nextCursor: string | undefined;
}

/** The items with a cursor to those that follow, if any do. */
export function itemPage({ json, lastId, more }: ItemSlice): ItemPage {
  const nextCursor = more && lastId !== null ? encodeCursor(lastId) : undefined;
  const next = nextCursor === undefined ? 'null' : `"${nextCursor}"`;
  return { json: `{"items":[${json}],"nextCursor":${next}}`, nextCursor };
}
