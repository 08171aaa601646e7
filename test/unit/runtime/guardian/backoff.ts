import test from 'ava';
import fc from 'fast-check';
import { backoffMs, retryMs } from '../../../../src/runtime/guardian/backoff.ts';

test('a backoff is within a tenth of 1 s, 2 s, 4 s …, never above 60 s, and the same each time it is asked for', (t) => {
  t.notThrows(() => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.string({ minLength: 1 }), (attempt, service) => {
        const plain = Math.min(60_000, 1000 * 2 ** (attempt - 1));
        const delay = backoffMs(attempt, service);
        return delay >= plain * 0.9 - 1 && delay <= Math.min(60_000, plain * 1.1 + 1) && delay === backoffMs(attempt, service);
      }),
    );
  });
});

test('services that failed together do not come back together', (t) => {
  const delays = ['app_1', 'app_2', 'worker_1', 'worker_2'].map((service) => backoffMs(3, service));
  t.is(new Set(delays).size, delays.length);
});

test('refusals are retried after 100 ms, doubling to 2 s', (t) => {
  t.deepEqual([1, 2, 3, 4, 5, 6, 100].map(retryMs), [100, 200, 400, 800, 1600, 2000, 2000]);
});
