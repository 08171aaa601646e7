import test from 'ava';
import { HttpProblem } from '../../../../src/app/http/problem.ts';
import { jsonPointer, validateBody, validateParameters } from '../../../../src/app/http/validate.ts';
import { itemQuerySchema, newItemSchema } from '../../../../src/app/items/schemas.ts';

test('a pointer escapes what JSON pointers escape', (t) => {
  t.is(jsonPointer(['a', 0, 'b/c~d']), '/a/0/b~1c~0d');
  t.is(jsonPointer([]), '');
});

test('a wrong body is a 422 that points at each fault', (t) => {
  const error = t.throws(() => validateBody(newItemSchema, { name: '', key: 'no spaces' }), { instanceOf: HttpProblem });
  t.is(error.status, 422);
  t.deepEqual(error.errors?.map(({ pointer }) => pointer), ['/name', '/key']);
});

test('text that PostgreSQL cannot hold is refused', (t) => {
  t.throws(() => validateBody(newItemSchema, { name: 'a\0b' }), { instanceOf: HttpProblem });
  t.throws(() => validateBody(newItemSchema, { name: '\ud800' }), { instanceOf: HttpProblem });
  t.notThrows(() => validateBody(newItemSchema, { name: 'héllo 👋', data: { 'k\0': 'v\0' } }));
});

test('unknown members are refused', (t) => {
  t.throws(() => validateBody(newItemSchema, { name: 'a', status: 'processed' }), { instanceOf: HttpProblem });
});

test('a wrong parameter is a 400 that names it', (t) => {
  const error = t.throws(() => validateParameters(itemQuerySchema, { limit: '0' }), { instanceOf: HttpProblem });
  t.is(error.status, 400);
  t.is(error.errors?.[0]?.parameter, 'limit');
});

test('parameters have defaults, and those that are not known are let be', (t) => {
  t.deepEqual(validateParameters(itemQuerySchema, { utm: 'x' }), { limit: 50 });
});
