import test from 'ava';
import { decodeCursor } from '../../../../src/app/items/cursor.ts';
import { itemEtag, itemPage } from '../../../../src/app/items/present.ts';
import type { ItemRow } from '../../../../src/app/items/repository.ts';

const row = (number: number): ItemRow => ({
  id: `01a20caa-667c-73d8-8fd4-00000000000${number}`,
  version: number,
  json: `{"n":${number}}`,
});

test('a page that others follow has a next cursor: after the last item shown', (t) => {
  const page = itemPage({ json: '{"n":1},{"n":2}', lastId: row(2).id, more: true });
  t.deepEqual(JSON.parse(page.json), { items: [{ n: 1 }, { n: 2 }], nextCursor: page.nextCursor });
  t.is(decodeCursor(page.nextCursor ?? ''), row(2).id);
});

test('the last page has no next cursor, and may be empty', (t) => {
  t.is(itemPage({ json: '{"n":1}', lastId: row(1).id, more: false }).nextCursor, undefined);
  t.is(itemPage({ json: '', lastId: null, more: false }).json, '{"items":[],"nextCursor":null}');
});

test('the ETag is the version, strong', (t) => {
  t.is(itemEtag(row(7)), '"7"');
});
