import fc from 'fast-check';
import test from 'ava';
import { backoffMs, pause, retry } from '../../../src/app/backoff.ts';

const policy = { initialMs: 100, maxMs: 2_000 };

test('waits double up to the maximum', (t) => {
  const longest = [0, 1, 2, 3, 4, 5, 6].map((attempt) => backoffMs(policy, attempt, () => 1));
  t.deepEqual(longest, [100, 200, 400, 800, 1600, 2000, 2000]);
});

test('jitter stays within the upper half of the wait, for any attempt', (t) => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const ceiling = backoffMs(policy, attempt, () => 1);
      const wait = backoffMs(policy, attempt, () => random);
      return wait >= Math.floor(ceiling / 2) && wait <= ceiling;
    }),
  );
  t.pass();
});

test('retry repeats until it succeeds and tells of each failure', async (t) => {
  const failures: number[] = [];
  let calls = 0;
  const attempt = (): Promise<string> => {
    calls += 1;
    return calls < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve('done');
  };
  const result = await retry(attempt, {
    policy: { initialMs: 1, maxMs: 2 },
    signal: new AbortController().signal,
    onError: (_error, failure) => { failures.push(failure); },
  });
  t.is(result, 'done');
  t.deepEqual(failures, [1, 2]);
});

test('retry ends without a result when aborted', async (t) => {
  const abort = new AbortController();
  const result = await retry<string>(() => Promise.reject(new Error('never')), {
    policy: { initialMs: 60_000, maxMs: 60_000 },
    signal: abort.signal,
    onError: () => { abort.abort(); },
  });
  t.is(result, undefined);
});

test('pause returns at once when aborted already', async (t) => {
  await pause(60_000, AbortSignal.abort());
  t.pass();
});

test('a failure after work that went well is a first one again', async (t) => {
  const waits: number[] = [];
  let attempts = 0;
  await retry(
    (progressed) => {
      attempts += 1;
      if (attempts === 4) progressed();
      return attempts < 7 ? Promise.reject(new Error('lost')) : Promise.resolve();
    },
    { policy: { initialMs: 1, maxMs: 4 }, signal: new AbortController().signal, onError: (_error, attempt) => { waits.push(attempt); } },
  );
  t.deepEqual(waits, [1, 2, 3, 1, 2, 3]);
});
