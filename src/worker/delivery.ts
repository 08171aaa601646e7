import type { ConsumeMessage } from 'amqplib';
import { backoffMs } from '../app/backoff.ts';
import { DELIVERY_LIMIT, MAX_ATTEMPTS, retryDelaysMs } from '../app/broker/topology.ts';
import { saneRequestId, traceparentFrom } from '../app/http/request-id.ts';
import { parseMessage, type JobMessage } from '../app/jobs/message.ts';

// Below the broker's own limit, so that it is us who give up and the job's record says so.
export const CRASH_LIMIT = DELIVERY_LIMIT - 5;

/** For the better part of an hour: 45 s between them on average. */
export const ATTEMPTS_AT_LOCKS = 60;

const ATTEMPT_HEADER = 'x-attempt';

/** What is to be done with a message, decided by itself alone. */
export type Delivery =
  | { readonly kind: 'job'; readonly message: JobMessage; readonly attempt: number }
  | { readonly kind: 'poison'; readonly reason: string; readonly jobId: string | undefined };

/** What is read of a message. */
interface Received {
  readonly content: Buffer;
  readonly properties: Pick<ConsumeMessage['properties'], 'headers'>;
}

const numberOf = (header: unknown): number => (typeof header === 'number' && header >= 0 ? header : 0);

/** Reads a delivery; `knownTypes` are those of the handlers. Never throws, whatever the message is. */
export function readDelivery(delivery: Received, knownTypes: ReadonlySet<string>): Delivery {
  const parsed = parseMessage(delivery.content);
  if (!parsed.ok) return { kind: 'poison', reason: parsed.reason, jobId: undefined };
  const { message } = parsed;
  const headers: Record<string, unknown> = delivery.properties.headers ?? {};
  if (!knownTypes.has(message.type)) return { kind: 'poison', reason: 'unknown-type', jobId: message.jobId };
  if (numberOf(headers['x-delivery-count']) >= CRASH_LIMIT) {
    return { kind: 'poison', reason: 'delivered-too-often', jobId: message.jobId };
  }
  return { kind: 'job', message, attempt: numberOf(headers[ATTEMPT_HEADER]) + 1 };
}

/**
 * After a failed attempt: the queue to wait in and for how long, or undefined if that was the last one. `timedOut`: somebody
 * holds a lock, say, which is no fault of the job's, so that it gets some more, with the longest wait between them.
 */
export function nextRetry(
  attempt: number,
  { timedOut = false, random = Math.random }: { readonly timedOut?: boolean; readonly random?: () => number } = {},
): { queueDelayMs: number; waitMs: number } | undefined {
  const isLast = attempt >= MAX_ATTEMPTS + (timedOut ? ATTEMPTS_AT_LOCKS : 0);
  const queueDelayMs = retryDelaysMs[Math.min(attempt, retryDelaysMs.length) - 1];
  if (isLast || queueDelayMs === undefined) return undefined;
  // Within a queue messages leave in their order, so the jitter stays below the queue's own delay.
  return { queueDelayMs, waitMs: backoffMs({ initialMs: queueDelayMs, maxMs: queueDelayMs }, 0, random) };
}

/** The headers of the message for the next attempt. The broker's own are not carried along. */
export const retryHeaders = (delivery: Received, attempt: number): Record<string, unknown> => ({
  ...ownHeaders(delivery),
  [ATTEMPT_HEADER]: attempt,
});

/** The headers of a message that is given up, with the reason. */
export const deadHeaders = (delivery: Received, reason: string, error: string): Record<string, unknown> => ({
  ...ownHeaders(delivery),
  'x-reason': reason,
  'x-error': error.slice(0, 500),
});

/**
 * Only what the API would have let in: the headers of a message that is none of ours may be larger than can be published,
 * and it would come again for ever.
 */
const ownHeaders = (delivery: Received): Record<string, unknown> => {
  const headers: Record<string, unknown> = delivery.properties.headers ?? {};
  const own = {
    'x-request-id': saneRequestId(headers['x-request-id']),
    traceparent: traceparentFrom(headers['traceparent']),
    [ATTEMPT_HEADER]: typeof headers[ATTEMPT_HEADER] === 'number' ? headers[ATTEMPT_HEADER] : undefined,
  };
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
};
