import test from 'ava';
import { openApiDocument } from '../../../../src/app/http/openapi.ts';
import { operations } from '../../../../src/app/web-app.ts';

interface Described {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}

const document = openApiDocument(operations, '1.0.0') as { openapi: string; paths: Record<string, Record<string, Described>> };

test('every operation is described, under a name of its own', (t) => {
  const ids = Object.values(document.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
  t.deepEqual(ids.toSorted(), operations.map(({ id }) => id).toSorted());
  t.is(new Set(ids).size, ids.length);
});

test('the document is plain JSON and refers to nothing that it lacks', (t) => {
  const text = JSON.stringify(document);
  t.deepEqual(JSON.parse(text), document);
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target);
  t.deepEqual([...new Set(references)], ['#/components/schemas/Problem']);
});

test('what schemas say in words is in the document', (t) => {
  const text = JSON.stringify(document);
  for (const words of ['What people call it', 'a page of large items ends before', 'Integers beyond ±(2^53 - 1)', 'Why the last attempt failed']) t.true(text.includes(words), words);
});

test('preconditions and idempotency keys are parameters where they work', (t) => {
  const names = (path: string, method: string) => document.paths[path]?.[method]?.parameters.map(({ name }) => name);
  t.deepEqual(names('/items', 'post'), ['Idempotency-Key']);
  t.deepEqual(names('/items/{id}', 'put'), ['id', 'If-Match']);
});

test('every operation says that it may be unavailable', (t) => {
  for (const path of Object.values(document.paths)) for (const { responses } of Object.values(path)) t.true('503' in responses);
});
