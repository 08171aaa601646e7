import test from 'ava';
import { WakeUp } from '../../../src/app/wake-up.ts';

const never = new AbortController().signal;

test('a ring while nobody sleeps ends the next sleep, and only that', async (t) => {
  const bell = new WakeUp();
  bell.wake();
  bell.wake();
  await bell.wait(60_000, never);
  const started = performance.now();
  await bell.wait(20, never);
  t.true(performance.now() - started >= 15);
});

test('a ring ends the sleep', async (t) => {
  const bell = new WakeUp();
  const sleep = bell.wait(60_000, never);
  bell.wake();
  await sleep;
  t.pass();
});

test('an abort ends the sleep', async (t) => {
  const abort = new AbortController();
  const sleep = new WakeUp().wait(60_000, abort.signal);
  abort.abort();
  await sleep;
  t.pass();
});
