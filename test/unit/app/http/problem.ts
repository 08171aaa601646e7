import test from 'ava';
import { DatabaseOverloaded, DatabaseReadOnly, DatabaseUnavailable } from '../../../../src/app/db/errors.ts';
import { HttpProblem, problemJson, toProblem } from '../../../../src/app/http/problem.ts';

test('an unexpected error is a 500 that tells the client nothing of it', (t) => {
  const problem = toProblem(new Error('password=hunter2'));
  t.is(problem.status, 500);
  t.false(problemJson(problem, 'r-1').includes('hunter2'));
});

test('an HTTP error shows its message only if it is meant to be shown', (t) => {
  const shown = toProblem(Object.assign(new Error('shown'), { status: 418, expose: true }));
  const hidden = toProblem(Object.assign(new Error('hidden'), { status: 502, expose: false }));
  t.is(shown.message, 'shown');
  t.is(hidden.message, 'Bad Gateway');
});

test('a thrown value that is no error is a 500, nothing at all among them', (t) => {
  for (const thrown of ['oops', undefined, null, { status: 404, expose: true, message: 'oops' }]) {
    t.like(toProblem(thrown), { status: 500, message: 'Internal Server Error' });
  }
});

test('of the headers of an HTTP error those are kept that can be set', (t) => {
  const headersOf = (headers: unknown) => toProblem(Object.assign(new Error('x'), { status: 400, headers })).headers;
  t.deepEqual(headersOf({ allow: 'GET', count: 1, nothing: undefined }), { allow: 'GET' });
  for (const none of [undefined, null, 'allow: GET']) t.deepEqual(headersOf(none), {});
});

for (const error of [
  new DatabaseUnavailable('gone', { outcomeKnown: true }),
  new DatabaseOverloaded('full'),
  new DatabaseReadOnly('read-only'),
  Object.assign(new Error('No space left on device'), { code: '53100' }),
  Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' }),
]) {
  test(`${error.name} (${error.message}) is a 503 that says when to come back`, (t) => {
    const problem = toProblem(error);
    t.is(problem.status, 503);
    t.is(problem.headers['retry-after'], '1');
  });
}

test('a write whose outcome is not known says so; a read has none', (t) => {
  const error = new DatabaseUnavailable('gone', { outcomeKnown: false });
  t.regex(toProblem(error).message, /not known/);
  t.notRegex(toProblem(error, { isRead: true }).message, /not known/);
});

test('a problem document has the members of RFC 9457', (t) => {
  const problem = new HttpProblem(409, 'Taken.', { kind: 'duplicate-key', errors: [{ detail: 'x', pointer: '/key' }] });
  t.deepEqual(JSON.parse(problemJson(problem, 'r-1')), {
    type: 'urn:haplat:problem:duplicate-key',
    title: 'Conflict',
    status: 409,
    detail: 'Taken.',
    requestId: 'r-1',
    errors: [{ detail: 'x', pointer: '/key' }],
  });
});
