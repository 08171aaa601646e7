import { pageOf, type Page } from '../http/page.ts';
import { encodeCursor } from './cursor.ts';
import type { ItemRow, ItemSlice } from './repository.ts';

/** The strong ETag of an item. */
export const itemEtag = (row: ItemRow): string => `"${row.version}"`;

/** The items with a cursor to those that follow, if any do. */
export function itemPage({ json, lastId, more }: ItemSlice): Page {
  return pageOf('items', json, more && lastId !== null ? encodeCursor(lastId) : undefined);
}
