import test from 'ava';
import type { Database, Queryable } from '../../../src/app/db/database.ts';
import { Batcher } from '../../../src/worker/batch.ts';

const statement = { name: 'batch', text: '' };
const message = (jobId: string) => ({ type: 'item.process', jobId, itemId: jobId });

/** The neighbour: a database that knows each job's state, does those that are open, and tells which batches there were. */
function databaseOf(states: Readonly<Record<string, string>>) {
  const batches: string[][] = [];
  const done = new Set<string>();
  const connection: Queryable = {
    query: <Row extends object>(_statement: unknown, [ids]: readonly unknown[] = []) => {
      const known = (ids as string[]).filter((id) => id in states);
      batches.push(ids as string[]);
      const rows = known.map((id) => {
        const isOpen = states[id] === 'queued' && !done.has(id);
        if (isOpen) done.add(id);
        return { id, state: done.has(id) && !isOpen ? 'done' : states[id], done: isOpen };
      });
      return Promise.resolve(rows as unknown as Row[]);
    },
  };
  const database: Pick<Database, 'run'> = { run: (work) => work(connection) };
  return { database, batches };
}

test('jobs that come together are done together, and each gets its own outcome', async (t) => {
  const { database, batches } = databaseOf({ a: 'queued', b: 'done', c: 'stuck' });
  const batcher = new Batcher(database, statement, 10);
  const outcomes = await Promise.all(['a', 'b', 'c', 'unknown'].map((id) => batcher.attempt(message(id))));
  t.deepEqual(outcomes, ['done', 'duplicate', 'alone', 'alone']);
  t.deepEqual(batches, [['a', 'b', 'c', 'unknown']]);
});

test('no batch is larger than the limit, and nobody is forgotten', async (t) => {
  const { database, batches } = databaseOf({ a: 'queued', b: 'queued', c: 'queued' });
  const batcher = new Batcher(database, statement, 2);
  t.deepEqual(await Promise.all(['a', 'b', 'c'].map((id) => batcher.attempt(message(id)))), ['done', 'done', 'done']);
  t.deepEqual(batches, [['a', 'b'], ['c']]);
  t.is(await batcher.attempt(message('a')), 'duplicate');
});

test('a batch that fails leaves each job to its own attempt, and the next batch is tried', async (t) => {
  const { database } = databaseOf({ a: 'queued' });
  let isBroken = true;
  const breaking: Pick<Database, 'run'> = { run: (work, options) => (isBroken ? Promise.reject(new Error('broken on purpose')) : database.run(work, options)) };
  const batcher = new Batcher(breaking, statement, 10);
  t.is(await batcher.attempt(message('a')), 'alone');
  isBroken = false;
  t.is(await batcher.attempt(message('a')), 'done');
});
