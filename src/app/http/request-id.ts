import { randomUUID } from 'node:crypto';

const SANE = /^[A-Za-z0-9._:@/+=-]{1,128}$/;
/** Of a version above 00 more fields may follow, which who knows only version 00 leaves out (W3C Trace Context, 4.3). */
const TRACEPARENT = /^(?<own>(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(?<more>-.*)?$/;
const TRACEPARENT_MAX = 255;

/** A request id that is harmless in headers and logs; undefined if it is none. */
export const saneRequestId = (header: unknown): string | undefined => (typeof header === 'string' && SANE.test(header) ? header : undefined);

/** The client's request id, or a new one. */
export const requestIdFrom = (header: string | string[] | undefined): string => saneRequestId(header) ?? randomUUID();

/** A W3C trace context that is well formed, to be carried along; undefined if there is none. */
export function traceparentFrom(header: unknown): string | undefined {
  if (typeof header !== 'string' || header.length > TRACEPARENT_MAX) return undefined;
  const { own, more } = TRACEPARENT.exec(header)?.groups ?? {};
  return more !== undefined && header.startsWith('00') ? undefined : own;
}
