import { randomUUID } from 'node:crypto';

const SANE = /^[A-Za-z0-9._:@/+=-]{1,128}$/;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The client's request id if it is harmless in headers and logs, otherwise a new one. */
export const requestIdFrom = (header: string | string[] | undefined): string =>
  typeof header === 'string' && SANE.test(header) ? header : randomUUID();

/** A W3C trace context that is well formed, to be carried along; undefined if there is none. */
export const traceparentFrom = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' && TRACEPARENT.test(header) && !header.startsWith('ff') ? header : undefined;
