import fc from 'fast-check';
import test from 'ava';
import { decodeCursor, encodeCursor } from '../../../../src/app/items/cursor.ts';

test('a cursor gives back the id that it was made of', (t) => {
  fc.assert(fc.property(fc.uuid(), (id) => decodeCursor(encodeCursor(id)) === id));
  t.pass();
});

test('any text is either no cursor or the one spelling of its id', (t) => {
  const nearlyCursors = fc.stringMatching(/^[A-Za-z0-9_-]{20,24}$/);
  fc.assert(
    fc.property(fc.oneof(fc.string(), nearlyCursors), (text) => {
      const id = decodeCursor(text);
      return id === undefined || encodeCursor(id) === text;
    }),
  );
  t.pass();
});

test('garbage is no cursor', (t) => {
  for (const text of ['', 'zzz', '../../etc', encodeCursor('00000000-0000-0000-0000-000000000000') + 'A']) {
    t.is(decodeCursor(text), undefined);
  }
});
