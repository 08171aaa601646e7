import test from 'ava';
import { matchesIfNoneMatch, versionFromIfMatch } from '../../../../src/app/http/etag.ts';

test('If-Match names a version, or any', (t) => {
  t.is(versionFromIfMatch('"3"'), 3);
  t.is(versionFromIfMatch('"other", "4"'), 4);
  t.is(versionFromIfMatch('*'), undefined);
  t.is(versionFromIfMatch(undefined), undefined);
});

test('an empty precondition is refused', (t) => {
  t.throws(() => versionFromIfMatch(''), { name: 'HttpProblem', message: /empty/ });
  t.throws(() => matchesIfNoneMatch(' ', '"1"'), { name: 'HttpProblem', message: /empty/ });
});

test('an If-Match that can match nothing is a failed precondition', (t) => {
  for (const header of ['W/"3"', '"abc"', '""', '3', '"3']) {
    t.throws(() => versionFromIfMatch(header), { name: 'HttpProblem', message: /If-Match/ });
  }
});

test('If-None-Match is compared weakly', (t) => {
  t.true(matchesIfNoneMatch('"1", W/"2"', '"2"'));
  t.true(matchesIfNoneMatch('*', '"2"'));
  t.false(matchesIfNoneMatch('"1"', '"2"'));
  t.false(matchesIfNoneMatch(undefined, '"2"'));
});
