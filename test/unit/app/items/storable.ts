import fc from 'fast-check';
import test from 'ava';
import { DATA_MAX_DEPTH, isStorableJson } from '../../../../src/app/items/storable.ts';

const nested = (depth: number): unknown => (depth === 0 ? 1 : { inner: nested(depth - 1) });

test('a number too large for JSON.parse is found at any level', (t) => {
  t.false(isStorableJson(JSON.parse('{"a":[{"b":1e999}]}')));
});

test('depth is bounded', (t) => {
  t.true(isStorableJson(nested(DATA_MAX_DEPTH)));
  t.false(isStorableJson(nested(DATA_MAX_DEPTH + 1)));
});

test('any other JSON is storable', (t) => {
  fc.assert(fc.property(fc.json({ maxDepth: 5 }), (text) => isStorableJson(JSON.parse(text))));
  t.pass();
});
