import test from 'ava';
import { InterruptedError } from '../../../src/runtime/errors.ts';
import { waitUntil } from '../../../src/runtime/wait-until.ts';

/** Finds it at the look with this number, from 1. */
function lookThatFindsAt(number: number) {
  let looks = 0;
  const look = () => Promise.resolve((looks += 1) >= number ? `found at look ${looks}` : undefined);
  return { look, looks: () => looks };
}

test('it looks until there is something, and returns that', async (t) => {
  const { look, looks } = lookThatFindsAt(3);
  t.is(await waitUntil(look, { timeoutMs: 5000, pollMs: 1 }), 'found at look 3');
  t.is(looks(), 3);
});

test('when time is up there was a last look, and nothing is returned', async (t) => {
  const { look, looks } = lookThatFindsAt(Infinity);
  t.is(await waitUntil(look, { timeoutMs: 0, pollMs: 1 }), undefined);
  t.true(looks() >= 1);
});

test('false is something', async (t) => {
  t.is(await waitUntil(() => Promise.resolve(false), { timeoutMs: 0, pollMs: 1 }), false);
});

test('an abort ends it before the next look', async (t) => {
  const controller = new AbortController();
  const look = () => {
    controller.abort();
    return Promise.resolve(undefined);
  };
  await t.throwsAsync(waitUntil(look, { timeoutMs: 5000, pollMs: 1, signal: controller.signal }), { instanceOf: InterruptedError });
});

test('what a look throws is thrown', async (t) => {
  await t.throwsAsync(waitUntil(() => Promise.reject(new Error('gone')), { timeoutMs: 5000, pollMs: 1 }), { message: 'gone' });
});
