import test from 'ava';
import type { Queryable } from '../../../../src/app/db/queryable.ts';
import { HttpProblem } from '../../../../src/app/http/problem.ts';
import { operations } from '../../../../src/app/web-app.ts';

const id = '0190b6c2-7e3f-7a53-9a4e-000000000001';

/** The status of an answer about an item of version 3; `absent`: that is not there. */
async function statusOf(operationId: string, headers: Record<string, string>, { absent = false } = {}): Promise<number | undefined> {
  const rows = absent ? [] : [{ id, version: 3, json: '{}' }];
  // The server takes no job for an item that has not the version that is asked for.
  const connection: Queryable = { query: <Row extends object>({ name }: { name: string }) => Promise.resolve((name === 'jobs-enqueue' ? [] : rows) as Row[]) };
  const operation = operations.find((one) => one.id === operationId);
  const request = { params: { id }, query: undefined, body: undefined, headers, path: '', requestId: '', traceparent: undefined, newId: id };
  try {
    return (await operation?.handle(connection, request))?.status;
  } catch (error) {
    return error instanceof HttpProblem ? error.status : undefined;
  }
}

test('an item is read only if it has a version that If-Match asks for, and then If-None-Match is looked at', async (t) => {
  const read = (headers: Record<string, string>, scene?: { absent: boolean }) => statusOf('readItem', headers, scene);
  t.is(await read({}), 200);
  for (const met of ['*', '"3"', '"2", "3"']) t.is(await read({ 'if-match': met }), 200, met);
  for (const unmet of ['"2"', 'W/"3"', '"03"']) t.is(await read({ 'if-match': unmet }), 412, unmet);
  t.is(await read({ 'if-match': '"3"', 'if-none-match': '"3"' }), 304);
  t.is(await read({ 'if-match': '"2"', 'if-none-match': '"3"' }), 412);
  t.is(await read({ 'if-match': '"2"' }, { absent: true }), 404);
});

test('a job that is not accepted has no item, or one of another version', async (t) => {
  t.is(await statusOf('processItem', { 'if-match': '"2"' }), 412);
  t.is(await statusOf('processItem', { 'if-none-match': '*' }), 412);
  t.is(await statusOf('processItem', { 'if-match': '"2"' }, { absent: true }), 404);
});
