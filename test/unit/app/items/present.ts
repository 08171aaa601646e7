import test from 'ava';
import { decodeCursor } from '../../../../src/app/items/cursor.ts';
import { itemEtag, itemPage } from '../../../../src/app/items/present.ts';
import type { ItemRow } from '../../../../src/app/items/repository.ts';

const row = (number: number): ItemRow => ({
  id: `01a20caa-667c-73d8-8fd4-00000000000${number}`,
  version: number,
  json: `{"n":${number}}`,
});

test('a page with one row too many has a next cursor: after the last row shown', (t) => {
  const rows = [row(1), row(2), row(3)];
  const page = itemPage(rows, 2);
  t.deepEqual(JSON.parse(page.json), { items: [{ n: 1 }, { n: 2 }], nextCursor: page.nextCursor });
  t.is(decodeCursor(page.nextCursor ?? ''), rows[1]?.id);
});

test('the last page has no next cursor, and may be empty', (t) => {
  t.is(itemPage([row(1)], 1).nextCursor, undefined);
  t.is(itemPage([], 1).json, '{"items":[],"nextCursor":null}');
});

test('the ETag is the version, strong', (t) => {
  t.is(itemEtag(row(7)), '"7"');
});
