import test from 'ava';
import { loadLifeMs, watchLifeMs } from '../../../../../src/runtime/drill/run/patience.ts';
import { probeOptionsSchema } from '../../../../../src/runtime/drill/probe/options.ts';

const longest = { holdMs: 600_000, recoverWithinMs: 900_000, requestTimeoutMs: 60_000 };

test('a probe lives through all that a drill may be told to wait for, and a watch outlives it', (t) => {
  const durationMs = loadLifeMs(longest);
  t.true(durationMs > longest.holdMs + 3 * longest.recoverWithinMs);
  t.true(watchLifeMs(longest) > durationMs);
  t.true(probeOptionsSchema.safeParse({ url: 'https://172.20.0.100/items', durationMs }).success);
});
