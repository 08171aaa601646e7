import * as z from 'zod';
import { IF_MATCH_PATTERN } from './etag.ts';
import { IDEMPOTENCY_KEY_PATTERN } from './idempotency.ts';
import type { Operation, ResponseSpec } from './operation.ts';
import { PROBLEM_TYPE } from './problem.ts';

type Json = Record<string, unknown>;

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  requestId: z.string(),
  errors: z
    .array(z.object({ detail: z.string(), pointer: z.string().optional(), parameter: z.string().optional() }))
    .optional(),
});

const headerDescriptions = {
  Location: 'Where to find what was created',
  ETag: 'The version, for If-Match and If-None-Match',
  Link: 'The next page, as rel="next"',
  'Retry-After': 'Seconds',
} as const;

const commonProblems: Readonly<Record<number, string>> = {
  400: 'A parameter or header is not valid, or the body is not JSON',
  406: 'The client accepts no JSON',
  503: 'The database is not available or the service is overloaded; try again',
};
const bodyProblems: Readonly<Record<number, string>> = {
  413: 'The body is too large',
  415: 'The body is not JSON by its media type',
  422: 'The body does not match its schema, or has an integer beyond ±(2^53 - 1), or the Idempotency-Key was used for another request',
};

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output') => {
  // Inlined: a document of this size is read more easily without leaps.
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, reused: 'inline' });
  return rest;
};

/** The OpenAPI 3.1 document of `operations`, from the very schemas that check their requests. */
export function openApiDocument(operations: readonly Operation[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describeOperation(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'haplat items',
      version,
      description: 'Items, and jobs that process them: accepted means recorded, done means exactly once.',
    },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: { Problem: jsonSchema(problemSchema, 'output') } },
  };
}

function describeOperation(operation: Operation): Json {
  return {
    operationId: operation.id,
    summary: operation.summary,
    parameters: [
      ...parameters(operation.params, 'path'),
      ...parameters(operation.query, 'query'),
      ...conditionalHeaders(operation),
      ...(operation.acceptsIdempotencyKey === true ? [idempotencyKey] : []),
    ],
    ...(operation.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(operation.body, 'input') } } } }),
    responses: responses(operation),
  };
}

function parameters(schema: z.ZodType | undefined, location: 'path' | 'query'): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input');
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: location,
    required: location === 'path' || required.includes(name),
    schema: property,
  }));
}

const header = (name: string, description: string, pattern: RegExp): Json => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string', pattern: pattern.source },
});

const idempotencyKey = header(
  'Idempotency-Key',
  'Repeats with the same key get the first answer again; the same key for another request is refused',
  IDEMPOTENCY_KEY_PATTERN,
);

/** If-Match where it may fail. If-None-Match is not listed: HTTP itself says what it does, and no tag in it is invalid. */
const conditionalHeaders = ({ responses: answers }: Operation): Json[] =>
  412 in answers ? [header('If-Match', 'Only if the item still has this ETag', IF_MATCH_PATTERN)] : [];

function responses(operation: Operation): Json {
  const problems = { ...commonProblems, ...(operation.body !== undefined || operation.acceptsIdempotencyKey === true ? bodyProblems : {}) };
  const described = [
    ...Object.entries(problems).map(([status, description]) => [status, response(Number(status), { description })] as const),
    ...Object.entries(operation.responses).map(([status, spec]) => [status, response(Number(status), spec)] as const),
  ];
  return Object.fromEntries(described);
}

function response(status: number, { description, schema, headers = [] }: ResponseSpec): Json {
  const content =
    status >= 400
      ? { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } }
      : schema && { 'application/json': { schema: jsonSchema(schema, 'output') } };
  const names = status === 503 ? ['Retry-After' as const] : headers;
  return {
    description,
    ...(names.length === 0
      ? {}
      : { headers: Object.fromEntries(names.map((name) => [name, { description: headerDescriptions[name], schema: { type: 'string' } }])) }),
    ...(content === undefined ? {} : { content }),
  };
}
