import type { IncomingMessage } from 'node:http';
import type { Database } from '../db/database.ts';
import { uuidV7 } from '../uuid-v7.ts';
import type { Batches } from './batches.ts';
import { readJson } from './body.ts';
import { keyedRequest, once } from './idempotency.ts';
import type { Operation, Reply } from './operation.ts';
import { traceparentFrom } from './request-id.ts';
import { alone, together, type CheckedRequest, type Outcome } from './together.ts';
import { validateBody, validateParameters } from './validate.ts';

/** A request as the web framework hands it over, not yet checked. */
export interface RawRequest {
  readonly message: IncomingMessage;
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly path: string;
  readonly requestId: string;
}

export interface ExecuteOptions {
  readonly database: Database;
  /** Reads that several requests share. */
  readonly reads: Batches<undefined, Reply>;
  /** Writes that are made together. */
  readonly writes: Batches<CheckedRequest, readonly Outcome[]>;
  readonly bodyLimitBytes: number;
  /** Called after a message was put in the outbox. */
  readonly onEnqueued: () => void;
}

/** Checks a request against its operation and carries it out. Throws problems and the errors of the database. */
export async function execute(operation: Operation, raw: RawRequest, options: ExecuteOptions): Promise<Reply> {
  const request = await checkedRequest(operation, raw, options.bodyLimitBytes);
  const reply = await carryOut(operation, raw, request, options);
  if (operation.enqueues === true) options.onEnqueued();
  return reply;
}

function carryOut(operation: Operation, raw: RawRequest, request: CheckedRequest, options: ExecuteOptions): Promise<Reply> {
  const { database } = options;
  const key = raw.message.headers['idempotency-key'];
  if (operation.acceptsIdempotencyKey === true && typeof key === 'string') {
    const keyed = keyedRequest(key, operation.id, request);
    return database.transaction(
      (transaction) => once(transaction, keyed, () => operation.handle(transaction, request)),
      { idempotent: true },
    );
  }
  if (operation.shareable === true) return sharedRead(operation, request, options);
  if (operation.handleAll !== undefined) return jointWrite(operation, request, options);
  return alone(database, operation, request);
}

async function sharedRead(operation: Operation, request: CheckedRequest, { database, reads }: ExecuteOptions): Promise<Reply> {
  const key = JSON.stringify([operation.id, request.params, request.query]);
  return (await reads.join(key, undefined, () => alone(database, operation, request))).result;
}

async function jointWrite(operation: Operation, request: CheckedRequest, { database, writes }: ExecuteOptions): Promise<Reply> {
  const { result, place } = await writes.join(operation.id, request, (requests) => together(database, operation, requests));
  const outcome = result[place];
  if (outcome?.status === 'fulfilled') return outcome.value;
  throw outcome?.reason ?? new Error(`${operation.id} has no answer for one of its requests`);
}

async function checkedRequest(operation: Operation, raw: RawRequest, bodyLimitBytes: number): Promise<CheckedRequest> {
  const { message, path, requestId } = raw;
  const params = operation.params === undefined ? undefined : validateParameters(operation.params, raw.params);
  const query = operation.query === undefined ? undefined : validateParameters(operation.query, raw.query);
  const body =
    operation.body === undefined ? undefined : validateBody(operation.body, await readJson(message, bodyLimitBytes));
  const traceparent = traceparentFrom(message.headers['traceparent']);
  return { params, query, body, headers: message.headers, path, requestId, traceparent, newId: uuidV7() };
}
