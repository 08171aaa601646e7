import test from 'ava';
import fc from 'fast-check';
import { InterruptedError, OperationError } from '../../../../src/runtime/errors.ts';
import { executePlan } from '../../../../src/runtime/execute/execute-plan.ts';
import type { ExecutionEvent } from '../../../../src/runtime/execute/events.ts';
import type { Operation, Plan } from '../../../../src/runtime/plan/operation.ts';

const operation = (id: string, ...after: string[]): Operation => ({
  id, subject: id, cause: 'test', after, kind: 'start-container', container: id,
});
const planOf = (...operations: Operation[]): Plan => ({ project: 'p', operations });
const never = new AbortController().signal;
const turn = () => new Promise<void>((resolve) => { setImmediate(resolve); });

test('operations that do not wait for each other run at the same time', async (t) => {
  let running = 0;
  let most = 0;
  await executePlan(planOf(operation('a'), operation('b'), operation('c', 'a', 'b')), async () => {
    running += 1;
    most = Math.max(most, running);
    await turn();
    running -= 1;
  }, { signal: never });
  t.is(most, 2);
});

test('never more at once than allowed', async (t) => {
  let running = 0;
  let most = 0;
  const many = Array.from({ length: 9 }, (_, index) => operation(String(index)));
  await executePlan(planOf(...many), async () => {
    running += 1;
    most = Math.max(most, running);
    await turn();
    running -= 1;
  }, { signal: never, concurrency: 3 });
  t.is(most, 3);
});

test('after a failure nothing new begins, what runs is told to stop, and the first error is thrown', async (t) => {
  const begun: string[] = [];
  let told = false;
  const failure = new OperationError('no');
  const error = await t.throwsAsync(
    executePlan(planOf(operation('bad'), operation('slow'), operation('next', 'slow')), async ({ id }, _report, signal) => {
      begun.push(id);
      if (id === 'bad') throw failure;
      await new Promise<void>((resolve) => { signal.addEventListener('abort', () => { told = true; resolve(); }); });
    }, { signal: never }),
  );
  t.is(error, failure);
  t.deepEqual(begun, ['bad', 'slow']);
  t.true(told);
});

test('when told to keep going, all that does not wait for what failed is done, and the error is thrown last', async (t) => {
  const done: string[] = [];
  const error = await t.throwsAsync(
    executePlan(planOf(operation('bad'), operation('never', 'bad'), operation('a'), operation('b', 'a')), async ({ id }) => {
      await turn();
      if (id === 'bad') throw new OperationError('no');
      done.push(id);
    }, { signal: never, keepGoing: true }),
  );
  t.is(error.message, 'no');
  t.deepEqual(done, ['a', 'b']);
});

test('when told to keep going, a container is taken down after the one before it, whether or not that could be, and a network only if it could', async (t) => {
  const tried: string[] = [];
  const remove = (id: string, ...after: string[]): Operation => ({ id, subject: id, cause: 'test', after, kind: 'remove-container', container: id });
  const network: Operation = { id: 'network', subject: 'network', cause: 'test', after: ['guardian', 'db'], kind: 'remove-network', name: 'network' };
  const error = await t.throwsAsync(
    executePlan(planOf(remove('db', 'edge'), remove('edge', 'guardian'), remove('guardian'), network), async ({ id }) => {
      tried.push(id);
      await turn();
      if (id === 'guardian') throw new OperationError('no');
    }, { signal: never, keepGoing: true }),
  );
  t.is(error.message, 'no');
  t.deepEqual(tried, ['guardian', 'edge', 'db']);
});

test('what waits for each other, or for nothing that the plan has, is no success', async (t) => {
  const begun: string[] = [];
  const plan = planOf(operation('a'), operation('b', 'c'), operation('c', 'b'), operation('d', 'nowhere'));
  const error = await t.throwsAsync(executePlan(plan, ({ id }) => { begun.push(id); return Promise.resolve(); }, { signal: never }));
  t.is(error.message, "the plan can't be carried out to its end: b, c, d");
  t.deepEqual(begun, ['a']);
});

test('an abort stops between operations', async (t) => {
  const controller = new AbortController();
  const begun: string[] = [];
  await t.throwsAsync(
    executePlan(planOf(operation('a'), operation('b', 'a')), ({ id }) => {
      begun.push(id);
      controller.abort();
      return Promise.resolve();
    }, { signal: controller.signal }),
    { instanceOf: InterruptedError },
  );
  t.deepEqual(begun, ['a']);
});

test('whatever the plan, each operation begins after all that it waits for have ended', async (t) => {
  const plans = fc.array(fc.array(fc.nat(20), { maxLength: 3 }), { minLength: 1, maxLength: 15 }).map((rows) =>
    planOf(...rows.map((after, index) => operation(String(index), ...after.filter((id) => id < index).map(String)))),
  );
  await fc.assert(
    fc.asyncProperty(plans, fc.integer({ min: 1, max: 4 }), async (plan, concurrency) => {
      const events: ExecutionEvent[] = [];
      await executePlan(plan, turn, { signal: never, concurrency, onEvent: (event) => events.push(event) });
      for (const { id, after } of plan.operations) {
        const started = events.findIndex((event) => event.type === 'started' && event.operation.id === id);
        const ends = after.map((before) => events.findIndex((event) => event.type === 'succeeded' && event.operation.id === before));
        if (started < 0 || ends.some((end) => end < 0 || end > started)) return false;
      }
      return true;
    }),
    { numRuns: 40 },
  );
  t.pass();
});
