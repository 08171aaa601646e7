import test from 'ava';
import { saysNotReady, saysStarting, whyCheckFailed } from '../../../../src/runtime/engine/check-output.ts';

const checked = (...checks: readonly (readonly [number, string])[]) => ({
  startedAt: new Date(0),
  healthLog: checks.map(([exitCode, output]) => ({ endedAt: new Date(0), exitCode, output })),
});

test('only the last check counts, and only one that failed says "starting"', (t) => {
  t.true(saysStarting(checked([0, ''], [1, 'starting: recovering 000000010000000000000003'])));
  t.false(saysStarting(checked([1, 'starting: takes no connections yet'], [2, ''])));
  t.false(saysStarting(checked([0, 'starting: not at all'])));
  t.false(saysStarting(checked()));
  t.true(saysNotReady(checked([0, 'not ready: {}'])));
  t.false(saysNotReady(checked([0, ''])));
});

test('what was said before the start does not count', (t) => {
  const restarted = { ...checked([1, 'starting: takes no connections yet']), startedAt: new Date(1) };
  t.false(saysStarting(restarted));
  t.is(whyCheckFailed(restarted), undefined);
});

test('why a check failed is the first line of what it printed', (t) => {
  t.is(whyCheckFailed(checked([1, 'no answer from port 80\nmore'])), 'no answer from port 80');
  t.is(whyCheckFailed(checked([1, 'starting: recovering 000000010000000000000003'])), 'recovering 000000010000000000000003');
  for (const nothing of [checked(), checked([2, '']), checked([0, 'not ready: {}'])]) t.is(whyCheckFailed(nothing), undefined);
});
