import test from 'ava';
import { Changes } from '../../../../../src/runtime/drill/watch/changes.ts';
import { InterruptedError } from '../../../../../src/runtime/errors.ts';

const longMs = 60_000;
const never = new AbortController().signal;

test('a change wakes all who wait for it, and nobody who comes later', async (t) => {
  const changes = new Changes();
  const both = Promise.all([changes.next(longMs, never), changes.next(longMs, never)]);
  changes.tell();
  await t.notThrowsAsync(both);
  let isWoken = false;
  const late = new AbortController();
  const waiting = changes.next(longMs, late.signal).then(() => { isWoken = true; });
  await Promise.resolve();
  t.false(isWoken);
  late.abort();
  await t.throwsAsync(waiting, { instanceOf: InterruptedError });
});

test('who waits for nothing goes on when the time is up', async (t) => {
  await t.notThrowsAsync(new Changes().next(1, never));
});

test('an interrupted wait ends at once, one that begins afterwards as well', async (t) => {
  await t.throwsAsync(new Changes().next(longMs, AbortSignal.abort()), { instanceOf: InterruptedError });
});
