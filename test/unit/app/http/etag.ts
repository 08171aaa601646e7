import test from 'ava';
import { isOnlyIfAbsent, matchesIfNoneMatch, preconditionOf } from '../../../../src/app/http/etag.ts';

const versionsOf = (header: string | undefined) => preconditionOf({ 'if-match': header }).versions;

test('If-Match names versions, or any', (t) => {
  t.deepEqual(versionsOf('"3"'), [3]);
  t.deepEqual(versionsOf('"other", "4", "5"'), [4, 5]);
  t.is(versionsOf('*'), null);
  t.is(versionsOf(undefined), null);
});

test('If-None-Match names versions that it must not be, compared weakly', (t) => {
  t.deepEqual(preconditionOf({ 'if-none-match': '"3", W/"4", "other"' }), { versions: null, otherThan: [3, 4] });
  t.is(preconditionOf({}).otherThan, null);
  t.true(isOnlyIfAbsent(' * '));
  t.false(isOnlyIfAbsent('"3"'));
  t.false(isOnlyIfAbsent(undefined));
});

test('an empty precondition is refused', (t) => {
  t.throws(() => versionsOf(''), { name: 'HttpProblem', message: /empty/ });
  t.throws(() => preconditionOf({ 'if-none-match': '' }), { name: 'HttpProblem', message: /empty/ });
  t.throws(() => matchesIfNoneMatch(' ', '"1"'), { name: 'HttpProblem', message: /empty/ });
});

test('an If-Match that can match nothing is a failed precondition', (t) => {
  for (const header of ['W/"3"', '"abc"', '""', '3', '"3', '"03"']) {
    t.throws(() => versionsOf(header), { name: 'HttpProblem', message: /If-Match/ });
  }
});

test('If-None-Match of a read is compared weakly', (t) => {
  t.true(matchesIfNoneMatch('"1", W/"2"', '"2"'));
  t.true(matchesIfNoneMatch('*', '"2"'));
  t.false(matchesIfNoneMatch('"1"', '"2"'));
  t.false(matchesIfNoneMatch(undefined, '"2"'));
});
