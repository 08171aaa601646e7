import test from 'ava';
import type { BusyWindow } from '../../../../../src/runtime/drill/judge/history.ts';
import { BusyMeter, loopGauge } from '../../../../../src/runtime/drill/probe/busy-meter.ts';
import { waitFor } from '../../../../../src/runtime/wait-until.ts';

test('window after window says how busy the loop was in it, without a hole between two, to the very end', async (t) => {
  const windows: BusyWindow[] = [];
  let nowMs = 0;
  const gauges = { windowMs: 1, nowMs: () => (nowMs += 250), shareSinceLast: () => nowMs / 10_000 };
  const { promise: hasTwo, resolve } = Promise.withResolvers<undefined>();
  const meter = new BusyMeter((window) => {
    if (windows.push(window) === 2) resolve(undefined);
  }, gauges);
  await hasTwo;
  meter.stop();
  t.deepEqual(windows, [
    { fromMs: 250, toMs: 500, share: 0.05 },
    { fromMs: 500, toMs: 750, share: 0.075 },
    { fromMs: 750, toMs: 1000, share: 0.1 },
  ]);
});

test('a loop is busy for as long as it waits for nothing', async (t) => {
  const share = loopGauge();
  const until = performance.now() + 10;
  while (performance.now() < until);
  t.is(share(), 1);
  // A machine that is busy elsewhere may come back to the loop only when there is something to do again.
  t.true(await waitFor(() => Promise.resolve(share() < 1), { timeoutMs: 10_000, pollMs: 20 }));
});
