import test from 'ava';
import type { ProbeMode, Sample } from '../../../../../src/runtime/drill/judge/history.ts';
import { isSwamped, isWarm } from '../../../../../src/runtime/drill/run/warm.ts';

/** Answers each 50 ms until then; those that came in the spans are failures. */
function answers(untilMs: number, failed: readonly (readonly [number, number])[] = [], mode: ProbeMode = 'fresh'): Sample[] {
  return Array.from({ length: untilMs / 50 }, (_, index) => {
    const endMs = (index + 1) * 50;
    const ok = !failed.some(([from, to]) => endMs >= from && endMs < to);
    return { mode, dueMs: endMs - 2, startMs: endMs - 2, endMs, ok, error: ok ? '' : 'TIMEOUT' };
  });
}

const inOrder = (...all: readonly Sample[][]) => all.flat().toSorted((a, b) => a.endMs - b.endMs);

test('it is warm after a second of nothing but successes', (t) => {
  t.false(isWarm([]));
  t.false(isWarm(answers(1000)), 'a whole second has to be seen');
  t.true(isWarm(answers(1050)));
  t.false(isWarm(answers(2000, [[1500, 1550]])));
  t.true(isWarm(answers(2000, [[0, 1000]])));
});

test('each mode has to be warm', (t) => {
  t.true(isWarm(inOrder(answers(1500), answers(1500, [], 'pooled'))));
  t.false(isWarm(inOrder(answers(1500), answers(1500, [[1400, 1450]], 'pooled'))));
  t.false(isWarm(inOrder(answers(1500), answers(1500, [], 'pooled').slice(0, 5))));
});

test('few answers in that second are no steady state', (t) => {
  t.false(isWarm(answers(3000).filter((_, index) => index % 4 === 0)));
});

test('it is swamped where more requests are under way at once than processors work on, by the last second alone', (t) => {
  const taking = (ms: number, fromMs = 0) => answers(2000).filter(({ endMs }) => endMs > fromMs).map((sample) => ({ ...sample, dueMs: sample.endMs - ms }));
  t.false(isSwamped([], 100));
  t.false(isSwamped(taking(3), 100));
  t.false(isSwamped(taking(39), 100));
  t.true(isSwamped(taking(41), 100));
  t.false(isSwamped(taking(41), 50));
  t.false(isSwamped([...answers(1000).map((sample) => ({ ...sample, dueMs: sample.endMs - 900 })), ...taking(3, 1000)], 100), 'the first of a new process take long');
});
