import type { IncomingHttpHeaders } from 'node:http';
import fc from 'fast-check';
import test from 'ava';
import type { Queryable, Statement } from '../../../../src/app/db/queryable.ts';
import { keyedRequest, once } from '../../../../src/app/http/idempotency.ts';
import type { Reply } from '../../../../src/app/http/operation.ts';

const keyed = (key: string, operation: string, path: string, body: unknown, headers: IncomingHttpHeaders = {}) => keyedRequest(key, operation, { path, body, headers });

/** The neighbour: a table in memory, in the place of a transaction. */
function memoryTable(): Queryable {
  const rows = new Map<string, Record<string, unknown>>();
  return {
    query<Row extends object>({ name }: Statement, values: readonly unknown[] = []) {
      const id = JSON.stringify(values.slice(0, 2));
      const row = rows.get(id);
      if (name === 'idempotency-find') return Promise.resolve((row === undefined ? [] : [row]) as Row[]);
      if (name === 'idempotency-store') {
        rows.set(id, { ...row, status: values[2], headers: values[3], body: values[4] });
        return Promise.resolve([]);
      }
      if (row !== undefined) return Promise.resolve([]);
      rows.set(id, { request_hash: values[2] });
      return Promise.resolve([{}] as Row[]);
    },
  };
}

const reply: Reply = { status: 201, json: '{"id":1}', headers: { location: '/items/1' } };

test('repeats get the first answer, and the work is done once', async (t) => {
  const table = memoryTable();
  let done = 0;
  const work = (): Promise<Reply> => {
    done += 1;
    return Promise.resolve(reply);
  };
  const request = keyed('a-key-of-8', 'createItem', '/items', { name: 'a' });
  t.deepEqual(await once(table, request, work), reply);
  const again = await once(table, request, work);
  t.like(again, { status: 201, json: reply.json, headers: { location: '/items/1', 'idempotent-replayed': 'true' } });
  t.is(done, 1);
});

test('the same key with another body, path or precondition is refused with 422', async (t) => {
  const table = memoryTable();
  await once(table, keyed('a-key-of-8', 'createItem', '/items', { name: 'a' }), () => Promise.resolve(reply));
  for (const other of [
    keyed('a-key-of-8', 'createItem', '/items', { name: 'b' }),
    keyed('a-key-of-8', 'createItem', '/other', { name: 'a' }),
    keyed('a-key-of-8', 'createItem', '/items', { name: 'a' }, { 'if-match': '"1"' }),
  ]) {
    await t.throwsAsync(() => once(table, other, () => Promise.resolve(reply)), { name: 'HttpProblem', message: /another request/ });
  }
});

test('one key serves different operations', async (t) => {
  const table = memoryTable();
  for (const operation of ['createItem', 'processItem']) {
    const answer = await once(table, keyed('a-key-of-8', operation, '/items', null), () => Promise.resolve(reply));
    t.deepEqual(answer, reply);
  }
});

test('whatever the key is, it is accepted whole or refused with 400', (t) => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (key) => {
      const wellFormed = /^[\w.:-]{8,255}$/.test(key);
      try {
        return keyed(key, 'createItem', '/items', null).key === key && wellFormed;
      } catch {
        return !wellFormed;
      }
    }),
  );
  t.pass();
});

test('a key in quotes, as structured fields have them, is the same key; half a quote is none', (t) => {
  const key = 'c4f1a2d0-0000-4000-8000-000000000001';
  t.is(keyed(`"${key}"`, 'createItem', '/items', null).key, key);
  for (const half of [`"${key}`, `${key}"`, `""${key}""`]) t.throws(() => keyed(half, 'createItem', '/items', null), { message: /Idempotency-Key/ });
});

test('in any sequence of requests each key does its work once, and only for the first body', async (t) => {
  const keys = ['first-key', 'second-key', 'third-key'];
  const requests = fc.array(fc.record({ key: fc.constantFrom(...keys), name: fc.constantFrom('a', 'b') }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(requests, async (sequence) => {
      const table = memoryTable();
      const firstName = new Map<string, string>();
      let done = 0;
      for (const { key, name } of sequence) {
        const first = firstName.get(key) ?? name;
        firstName.set(key, first);
        const work = () => Promise.resolve({ status: 201, json: `{"number":${(done += 1)}}` });
        const answering = once(table, keyed(key, 'createItem', '/items', { name }), work);
        if (name === first) t.is((await answering).status, 201);
        else await t.throwsAsync(answering, { name: 'HttpProblem' });
      }
      t.is(done, firstName.size);
    }),
  );
});
