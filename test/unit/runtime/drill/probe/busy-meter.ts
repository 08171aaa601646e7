import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { BusyWindow } from '../../../../../src/runtime/drill/judge/history.ts';
import { BusyMeter } from '../../../../../src/runtime/drill/probe/busy-meter.ts';

test('a probe that has no time to spare says so, window after window without a hole', async (t) => {
  const windows: BusyWindow[] = [];
  const meter = new BusyMeter((window) => { windows.push(window); });
  await delay(600);
  const idle = Math.min(...windows.map(({ share }) => share));
  const until = performance.now() + 600;
  while (performance.now() < until);
  await delay(1);
  meter.stop();
  const busy = Math.max(...windows.map(({ share }) => share));
  t.true(idle < 0.5 && busy > 0.8 && busy <= 1, `idle ${idle}, busy ${busy}`);
  t.deepEqual(windows.slice(1).map(({ fromMs }) => fromMs), windows.slice(0, -1).map(({ toMs }) => toMs));
});
