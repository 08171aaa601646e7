import test from 'ava';
import { fromWallMs, steadyNowMs } from '../../../src/runtime/steady-clock.ts';

const hourMs = 3_600_000;
const wallClock = Date.now;

test.afterEach.always(() => {
  Date.now = wallClock;
});

test.serial('it goes on when the wall clock is put back, and knows what time others mean', (t) => {
  const before = steadyNowMs();
  Date.now = () => wallClock() - hourMs;
  const after = steadyNowMs();
  t.true(after >= before && after - before < hourMs / 2);
  const startedAtMs = fromWallMs(Date.now() - 1000);
  t.true(Math.abs(startedAtMs - (after - 1000)) < hourMs / 2);
});
