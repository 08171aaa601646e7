import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import test from 'ava';
import { DatabaseOverloaded } from '../../../../src/app/db/errors.ts';
import { Batches } from '../../../../src/app/http/batches.ts';

// No machine is so busy that what is under way takes longer.
const patienceMs = 60_000;
const boundless = { sizeMax: Number.POSITIVE_INFINITY, pendingMax: Number.POSITIVE_INFINITY, patienceMs };

/** Work that ends when it is told to, and what it was given. */
function heldWork() {
  const begun: { readonly inputs: readonly number[]; readonly end: () => void }[] = [];
  const work = async (inputs: readonly number[]): Promise<readonly number[]> => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    begun.push({ inputs: [...inputs], end: () => { resolve(undefined); } });
    await promise;
    return inputs.map((input) => input * 10);
  };
  return { begun, work };
}

test('who comes in one turn is served together, and who comes while that is under way, by the next', async (t) => {
  const batches = new Batches<number, readonly number[]>(boundless);
  const { begun, work } = heldWork();
  const first = [batches.join('a', 1, work), batches.join('a', 2, work)];
  await nextTurn();
  const second = [batches.join('a', 3, work), batches.join('a', 4, work)];
  await nextTurn();
  t.deepEqual(begun.map(({ inputs }) => inputs), [[1, 2]]);
  begun[0]?.end();
  t.deepEqual(await Promise.all(first), [{ result: [10, 20], place: 0 }, { result: [10, 20], place: 1 }]);
  await nextTurn();
  t.deepEqual(begun.map(({ inputs }) => inputs), [[1, 2], [3, 4]]);
  begun[1]?.end();
  t.deepEqual((await Promise.all(second)).map(({ result, place }) => result[place]), [30, 40]);
});

test('other keys wait for nothing', async (t) => {
  const batches = new Batches<number, readonly number[]>(boundless);
  const { begun, work } = heldWork();
  const both = Promise.all([batches.join('a', 1, work), batches.join('b', 2, work)]);
  await nextTurn();
  t.deepEqual(begun.map(({ inputs }) => inputs), [[1], [2]]);
  for (const { end } of begun) end();
  await both;
});

test('work that takes long does not hold up the next, and its late end not the one after that', async (t) => {
  const options = { ...boundless, patienceMs: 5 };
  const batches = new Batches<number, readonly number[]>(options);
  const { begun, work } = heldWork();
  const slow = batches.join('a', 1, work);
  await nextTurn();
  const next = batches.join('a', 2, work);
  while (begun.length < 2) await pause(5);
  options.patienceMs = patienceMs;
  begun[0]?.end();
  await slow;
  const last = batches.join('a', 3, work);
  await nextTurn();
  t.is(begun.length, 2, 'the second is still under way');
  begun[1]?.end();
  await next;
  await nextTurn();
  begun[2]?.end();
  t.deepEqual((await last).result, [30]);
});

test('a full batch takes nobody else', async (t) => {
  const batches = new Batches<number, readonly number[]>({ ...boundless, sizeMax: 2 });
  const { begun, work } = heldWork();
  const all = Promise.all([1, 2, 3, 4, 5].map((input) => batches.join('a', input, work)));
  await nextTurn();
  t.deepEqual(begun.map(({ inputs }) => inputs), [[1, 2], [3, 4], [5]]);
  for (const { end } of begun) end();
  t.deepEqual((await all).map(({ result, place }) => result[place]), [10, 20, 30, 40, 50]);
});

test('more than may be pending are refused at once, until some have ended', async (t) => {
  const batches = new Batches<number, readonly number[]>({ ...boundless, pendingMax: 2 });
  const { begun, work } = heldWork();
  const both = Promise.all([batches.join('a', 1, work), batches.join('b', 2, work)]);
  await t.throwsAsync(batches.join('a', 3, work), { instanceOf: DatabaseOverloaded });
  await nextTurn();
  for (const { end } of begun) end();
  await both;
  const later = batches.join('a', 4, work);
  await nextTurn();
  begun[2]?.end();
  t.deepEqual((await later).result, [40]);
});

test('what fails fails for its batch alone', async (t) => {
  const batches = new Batches<number, number>(boundless);
  const failing = () => Promise.reject(new Error('lost'));
  const both = [batches.join('a', 1, failing), batches.join('a', 2, failing)];
  for (const one of both) await t.throwsAsync(one, { message: 'lost' });
  t.deepEqual(await batches.join('a', 3, ([input = 0]) => Promise.resolve(input)), { result: 3, place: 0 });
});

test('whatever comes when: each input is worked on once, by work that began after it came, and each gets its own result', async (t) => {
  const arrival = fc.record({ turns: fc.nat(4), key: fc.constantFrom('a', 'b'), workTurns: fc.nat(6) });
  await fc.assert(
    fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 5 }), async (arrivals, sizeMax) => {
      const batches = new Batches<number, readonly number[]>({ ...boundless, sizeMax });
      const arrived = new Set<number>();
      const worked: number[] = [];
      let under = 0;
      const call = async (input: number, key: string, workTurns: number): Promise<void> => {
        arrived.add(input);
        const { result, place } = await batches.join(key, input, async (inputs) => {
          under += 1;
          if (inputs.length > sizeMax || inputs.some((one) => !arrived.has(one))) throw new Error('not what was given');
          worked.push(...inputs);
          for (let turn = 0; turn < workTurns; turn += 1) await nextTurn();
          under -= 1;
          return inputs.map((one) => one + 1000);
        });
        t.is(result[place], input + 1000);
      };
      const calls: Promise<void>[] = [];
      for (const [input, { turns, key, workTurns }] of arrivals.entries()) {
        for (let turn = 0; turn < turns; turn += 1) await nextTurn();
        const before = worked.includes(input);
        calls.push(call(input, key, workTurns));
        t.false(before || worked.includes(input), 'nothing begins before its turn');
      }
      await Promise.all(calls);
      t.is(under, 0);
      t.deepEqual(worked.toSorted((one, other) => one - other), arrivals.map((_, index) => index));
    }),
  );
});
