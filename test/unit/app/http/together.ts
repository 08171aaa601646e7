import test from 'ava';
import type { Database } from '../../../../src/app/db/database.ts';
import type { Queryable } from '../../../../src/app/db/queryable.ts';
import { DatabaseOverloaded, DatabaseUnavailable } from '../../../../src/app/db/errors.ts';
import type { Operation, Reply } from '../../../../src/app/http/operation.ts';
import { together, type CheckedRequest } from '../../../../src/app/http/together.ts';

const connection: Queryable = { query: () => Promise.resolve([]) };
/** The neighbour: a database whose connections only work. */
const database: Pick<Database, 'run'> = { run: (work) => work(connection) };

const requestOf = (newId: string): CheckedRequest => ({
  params: undefined, query: undefined, body: undefined, headers: {}, path: '/things', requestId: 'r', traceparent: undefined, newId,
});
const replyTo = ({ newId }: CheckedRequest): Reply => ({ status: 201, json: newId });

interface Given {
  readonly handle?: (request: CheckedRequest) => Promise<Reply>;
  readonly handleAll?: (requests: readonly CheckedRequest[]) => Promise<readonly (Reply | undefined)[]>;
}

function operationOf({ handle, handleAll }: Given): Operation {
  const parts = { id: 'create', method: 'post', path: '/things', summary: '', responses: {}, idempotent: true } as const;
  return {
    ...parts,
    handle: (_connection, request) => handle?.(request) ?? Promise.reject(new Error('not alone')),
    handleAll: (_connection, requests) => handleAll?.(requests) ?? Promise.reject(new Error('not together')),
  };
}

test('several are handled together, one by itself', async (t) => {
  const several = operationOf({ handleAll: (requests) => Promise.resolve(requests.map(replyTo)) });
  const replies = await together(database, several, [requestOf('1'), requestOf('2')]);
  t.deepEqual(replies, ['1', '2'].map((json) => ({ status: 'fulfilled', value: { status: 201, json } })));
  const single = operationOf({ handle: (request) => Promise.resolve(replyTo(request)) });
  t.deepEqual(await together(database, single, [requestOf('1')]), [{ status: 'fulfilled', value: { status: 201, json: '1' } }]);
});

test('what can\'t be done for one is done for the others all the same', async (t) => {
  const duplicate = Object.assign(new Error('duplicate key'), { code: '23505' });
  const operation = operationOf({
    handle: (request) => (request.newId === '2' ? Promise.reject(duplicate) : Promise.resolve(replyTo(request))),
    handleAll: () => Promise.reject(duplicate),
  });
  const replies = await together(database, operation, ['1', '2', '3'].map(requestOf));
  t.deepEqual(replies, [
    { status: 'fulfilled', value: { status: 201, json: '1' } },
    { status: 'rejected', reason: duplicate },
    { status: 'fulfilled', value: { status: 201, json: '3' } },
  ]);
});

test('one that is left out is handled by itself, and no other is', async (t) => {
  const duplicate = Object.assign(new Error('duplicate key'), { code: '23505' });
  const operation = operationOf({
    handle: ({ newId }) => (newId === '2' ? Promise.reject(duplicate) : Promise.reject(new Error('was done with the others'))),
    handleAll: (requests) => Promise.resolve(requests.map((request) => (request.newId === '2' ? undefined : replyTo(request)))),
  });
  const replies = await together(database, operation, ['1', '2', '3'].map(requestOf));
  t.deepEqual(replies, [
    { status: 'fulfilled', value: { status: 201, json: '1' } },
    { status: 'rejected', reason: duplicate },
    { status: 'fulfilled', value: { status: 201, json: '3' } },
  ]);
});

for (const error of [
  new DatabaseUnavailable('gone', { outcomeKnown: true }),
  new DatabaseOverloaded('full'),
  Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' }),
]) {
  test(`${error.name} (${error.message}) means all: nothing is tried again`, async (t) => {
    const operation = operationOf({ handleAll: () => Promise.reject(error) });
    t.is(await t.throwsAsync(together(database, operation, [requestOf('1'), requestOf('2')])), error);
  });
}
