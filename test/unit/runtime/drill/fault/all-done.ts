import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { allDone } from '../../../../../src/runtime/drill/fault/all-done.ts';

test('all that they resolve to, in order', async (t) => {
  t.deepEqual(await allDone([delay(2, 'a'), Promise.resolve('b')]), ['a', 'b']);
});

test('the first that rejects is told once nothing is under way any more', async (t) => {
  let done = false;
  const slow = delay(20).then(() => { done = true; });
  await t.throwsAsync(allDone([slow, Promise.reject(new Error('quick'))]), { message: 'quick' });
  t.true(done);
});
