import { randomUUIDv7 } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Database } from '../db/database.ts';
import { readJson } from './body.ts';
import { keyedRequest, once } from './idempotency.ts';
import type { Operation, OperationRequest, Reply } from './operation.ts';
import { traceparentFrom } from './request-id.ts';
import { validateBody, validateParameters } from './validate.ts';

/** A request as the web framework hands it over, not yet checked. */
export interface RawRequest {
  readonly message: IncomingMessage;
  readonly params: Readonly<Record<string, string>>;
  readonly query: unknown;
  readonly url: string;
  readonly requestId: string;
}

export interface ExecuteOptions {
  readonly database: Database;
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

function carryOut(
  operation: Operation,
  raw: RawRequest,
  request: OperationRequest<unknown, unknown, unknown>,
  options: ExecuteOptions,
): Promise<Reply> {
  const key = raw.message.headers['idempotency-key'];
  if (operation.acceptsIdempotencyKey === true && typeof key === 'string') {
    const keyed = keyedRequest(key, operation.id, raw.url, request.body);
    return options.database.transaction(
      (transaction) => once(transaction, keyed, () => operation.handle(transaction, request)),
      { idempotent: true },
    );
  }
  const { idempotent } = operation;
  return options.database.run((connection) => operation.handle(connection, request), {
    idempotent: typeof idempotent === 'function' ? idempotent(raw.message.headers) : idempotent,
  });
}

async function checkedRequest(
  operation: Operation,
  raw: RawRequest,
  bodyLimitBytes: number,
): Promise<OperationRequest<unknown, unknown, unknown>> {
  const { message, url, requestId } = raw;
  const params = operation.params === undefined ? undefined : validateParameters(operation.params, raw.params);
  const query = operation.query === undefined ? undefined : validateParameters(operation.query, raw.query);
  const body =
    operation.body === undefined ? undefined : validateBody(operation.body, await readJson(message, bodyLimitBytes));
  const traceparent = traceparentFrom(message.headers['traceparent']);
  return { params, query, body, headers: message.headers, url, requestId, traceparent, newId: randomUUIDv7() };
}
