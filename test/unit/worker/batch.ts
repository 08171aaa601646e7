import test from 'ava';
import type { JobState } from '../../../src/protocol/job-states.ts';
import { Batcher, type BatchRow } from '../../../src/worker/batch.ts';

const message = (jobId: string) => ({ type: 'item.process', jobId, itemId: jobId });

/** The neighbour: a database that knows each job's state, does those that are open, and tells which batches there were. */
function databaseOf(states: Readonly<Record<string, JobState>>) {
  const batches: string[][] = [];
  const done = new Set<string>();
  const carryOut = (ids: readonly string[]): Promise<BatchRow[]> => {
    batches.push([...ids]);
    const rows = ids.flatMap((id) => {
      const state = states[id];
      if (state === undefined) return [];
      const isOpen = state === 'queued' && !done.has(id);
      if (isOpen) done.add(id);
      return [{ id, state: done.has(id) && !isOpen ? 'done' : state, done: isOpen }];
    });
    return Promise.resolve(rows);
  };
  return { carryOut, batches };
}

test('jobs that come together are done together, and each gets its own outcome', async (t) => {
  const { carryOut, batches } = databaseOf({ a: 'queued', b: 'done', c: 'failed' });
  const batcher = new Batcher(carryOut, 10);
  const outcomes = await Promise.all(['a', 'b', 'c', 'unknown'].map((id) => batcher.attempt(message(id))));
  t.deepEqual(outcomes, ['done', 'duplicate', 'alone', 'alone']);
  t.deepEqual(batches, [['a', 'b', 'c', 'unknown']]);
});

test('no batch is larger than the limit, and nobody is forgotten', async (t) => {
  const { carryOut, batches } = databaseOf({ a: 'queued', b: 'queued', c: 'queued' });
  const batcher = new Batcher(carryOut, 2);
  t.deepEqual(await Promise.all(['a', 'b', 'c'].map((id) => batcher.attempt(message(id)))), ['done', 'done', 'done']);
  t.deepEqual(batches, [['a', 'b'], ['c']]);
  t.is(await batcher.attempt(message('a')), 'duplicate');
});

test('a batch that fails leaves each job to its own attempt, and the next batch is tried', async (t) => {
  const { carryOut } = databaseOf({ a: 'queued' });
  let isBroken = true;
  const batcher = new Batcher((ids) => (isBroken ? Promise.reject(new Error('broken on purpose')) : carryOut(ids)), 10);
  t.is(await batcher.attempt(message('a')), 'alone');
  isBroken = false;
  t.is(await batcher.attempt(message('a')), 'done');
});
