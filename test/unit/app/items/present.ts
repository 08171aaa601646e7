import fc from 'fast-check';
import test from 'ava';
import { itemEtag, itemJson, itemPage } from '../../../../src/app/items/present.ts';
import type { ItemRow } from '../../../../src/app/items/repository.ts';
import { itemPageSchema, itemSchema } from '../../../../src/app/items/schemas.ts';
import { decodeCursor } from '../../../../src/app/items/cursor.ts';

const row = (changes: Partial<ItemRow> = {}): ItemRow => ({
  id: '01a20caa-667c-73d8-8fd4-569977881f8c',
  key: null,
  name: 'a',
  description: null,
  data: null,
  status: 'new',
  processed_count: 0,
  version: 1,
  created_at: '2026-11-24T08:27:03.685Z',
  updated_at: '2026-11-24T08:27:03.685Z',
  ...changes,
});

test('any item is printed as JSON that its own schema accepts', (t) => {
  const texts = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(texts, fc.option(texts), fc.option(fc.dictionary(texts, fc.jsonValue())), (name, description, data) => {
      const printed: unknown = JSON.parse(itemJson(row({ name, description, data: data === null ? null : JSON.stringify(data) })));
      const item = itemSchema.parse(printed);
      return item.name === name && item.description === description;
    }),
  );
  t.pass();
});

test('a page with one row too many has a next cursor: after the last row shown', (t) => {
  const rows = ['1', '2', '3'].map((n) => row({ id: `01a20caa-667c-73d8-8fd4-00000000000${n}` }));
  const page = itemPage(rows, 2);
  t.is(itemPageSchema.parse(JSON.parse(page.json)).items.length, 2);
  t.is(decodeCursor(page.nextCursor ?? ''), rows[1]?.id);
});

test('the last page has no next cursor, and may be empty', (t) => {
  t.is(itemPage([row()], 1).nextCursor, undefined);
  t.is(itemPage([], 1).json, '{"items":[],"nextCursor":null}');
});

test('the ETag is the version, strong', (t) => {
  t.is(itemEtag(row({ version: 7 })), '"7"');
});
