import fc from 'fast-check';
import test from 'ava';
import { DATA_MAX_DEPTH, isStorableJson, isStorableText } from '../../../../src/app/items/storable.ts';

const nested = (depth: number): unknown => (depth === 0 ? 1 : { inner: nested(depth - 1) });

test('text with a NUL or half a surrogate pair cannot be stored', (t) => {
  t.true(isStorableText('héllo 👋'));
  t.false(isStorableText('a\0b'));
  t.false(isStorableText('\ud800'));
});

test('what cannot be stored is found in keys and values, at any level', (t) => {
  t.false(isStorableJson({ a: [{ b: 'x\0' }] }));
  t.false(isStorableJson({ 'k\0': 1 }));
  t.false(isStorableJson({ a: Number.POSITIVE_INFINITY }));
});

test('depth is bounded', (t) => {
  t.true(isStorableJson(nested(DATA_MAX_DEPTH)));
  t.false(isStorableJson(nested(DATA_MAX_DEPTH + 1)));
});

test('well-formed JSON without NUL is storable', (t) => {
  const clean = fc.jsonValue({ maxDepth: 5 }).filter((value) => !JSON.stringify(value).includes('\\u'));
  fc.assert(fc.property(clean, (value) => isStorableJson(JSON.parse(JSON.stringify(value)))));
  t.pass();
});
