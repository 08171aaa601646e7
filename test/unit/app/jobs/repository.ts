import test from 'ava';
import type { Queryable } from '../../../../src/app/db/queryable.ts';
import { enqueueJob } from '../../../../src/app/jobs/repository.ts';

const job = { id: 'j', type: 'item.process', itemId: 'i', requestId: 'r', traceparent: undefined };
const always = { versions: null, otherThan: null };
const violation = (constraint: string) => Object.assign(new Error('duplicate key'), { code: '23505', constraint });

/** A server that fails at first, and then finds the job. */
function connectionAfter(failures: readonly Error[]) {
  const asked: unknown[][] = [];
  const connection: Queryable = {
    query: <Row extends object>(_statement: unknown, values: readonly unknown[] = []) => {
      const failure = failures[asked.length];
      asked.push([...values]);
      return failure === undefined ? Promise.resolve([{ id: job.id } as Row]) : Promise.reject(failure);
    },
  };
  return { asked, connection };
}

test('a job that the first try of a request recorded meanwhile is found by asking again', async (t) => {
  const { asked, connection } = connectionAfter([violation('jobs_pkey')]);
  t.is((await enqueueJob(connection, job, always))?.id, 'j');
  t.deepEqual(asked[1], asked[0]);
  t.is(asked.length, 2);
});

test('nothing else is tried again, nor that for ever', async (t) => {
  for (const failures of [[violation('items_key_unique')], [violation('jobs_pkey'), violation('jobs_pkey')]]) {
    const { asked, connection } = connectionAfter(failures);
    await t.throwsAsync(enqueueJob(connection, job, always), { message: 'duplicate key' });
    t.is(asked.length, failures.length);
  }
});

test('the versions that are asked for are the server\'s to compare', async (t) => {
  const { asked, connection } = connectionAfter([]);
  await enqueueJob(connection, job, { versions: [2, 3], otherThan: [4] });
  t.deepEqual(asked[0]?.slice(-2), [[2, 3], [4]]);
});
