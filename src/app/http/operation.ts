import type { IncomingHttpHeaders } from 'node:http';
import type * as z from 'zod';
import type { Queryable } from '../db/queryable.ts';

/** An answer as data; `json` is JSON text already. */
export interface Reply {
  readonly status: number;
  readonly json?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request whose parts match the operation's schemas. */
export interface OperationRequest<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly headers: IncomingHttpHeaders;
  /** As it was sent, without the query. */
  readonly path: string;
  readonly requestId: string;
  readonly traceparent: string | undefined;
  /** For what the request creates. Stays the same when the request is repeated after a broken connection. */
  readonly newId: string;
}

export interface ResponseSpec {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly headers?: readonly ('Location' | 'ETag' | 'Link' | 'Retry-After')[];
}

export interface OperationSpec<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As in OpenAPI: `/items/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** By status code; problems common to all are added by the OpenAPI document. */
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /** May be repeated when the connection to the database breaks in the middle. */
  readonly idempotent: boolean | ((headers: IncomingHttpHeaders) => boolean);
  /** A read whose answer depends on path and query alone: requests that wait for the same one share it. */
  readonly shareable?: boolean;
  /** Accepts an Idempotency-Key: its answer is then stored in the same transaction as its effect. */
  readonly acceptsIdempotencyKey?: boolean;
  /** Puts a message in the outbox. */
  readonly enqueues?: boolean;
  handle(
    connection: Queryable,
    request: OperationRequest<z.infer<Params>, z.infer<Query>, z.infer<Body>>,
  ): Promise<Reply>;
  /**
   * The same for several at once, in one statement and idempotent: the answers in the order of the requests, undefined for
   * one that is to be handled by itself. If it throws, all are.
   */
  handleAll?(
    connection: Queryable,
    requests: readonly OperationRequest<z.infer<Params>, z.infer<Query>, z.infer<Body>>[],
  ): Promise<readonly (Reply | undefined)[]>;
}

/** An operation whose schemas have been forgotten by the type system, so that unlike ones fit in one list. */
export type Operation = Omit<OperationSpec<z.ZodType, z.ZodType, z.ZodType>, 'handle' | 'handleAll'> & {
  handle(connection: Queryable, request: OperationRequest<unknown, unknown, unknown>): Promise<Reply>;
  handleAll?(connection: Queryable, requests: readonly OperationRequest<unknown, unknown, unknown>[]): Promise<readonly (Reply | undefined)[]>;
};

/** Defines an operation: its handler gets what its schemas parse to. */
export function operation<
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(spec: OperationSpec<Params, Query, Body>): Operation {
  return spec;
}
