import test from 'ava';
import { MAX_ATTEMPTS, retryDelaysMs } from '../../../src/app/broker/topology.ts';
import { serializeMessage } from '../../../src/app/jobs/message.ts';
import { ATTEMPTS_AT_LOCKS, CRASH_LIMIT, deadHeaders, nextRetry, readDelivery, retryHeaders } from '../../../src/worker/delivery.ts';

const known = new Set(['item.process']);
const job = { type: 'item.process', jobId: '01a20caa-667c-73d8-8fd4-569977881f8c', itemId: '01a20caa-667c-73d8-8fd4-569977881f8d' };

const delivery = (content: Buffer, headers: Record<string, unknown> = {}): Parameters<typeof readDelivery>[0] => ({ content, properties: { headers } });

test('a first delivery is the first attempt', (t) => {
  t.deepEqual(readDelivery(delivery(serializeMessage(job)), known), { kind: 'job', message: job, attempt: 1 });
});

test('the attempt is counted in the message', (t) => {
  const headers = retryHeaders(delivery(Buffer.of()), 2);
  const read = readDelivery(delivery(serializeMessage(job), headers), known);
  t.like(read, { kind: 'job', attempt: 3 });
});

test('garbage, unknown types and killers of workers are poison', (t) => {
  t.like(readDelivery(delivery(Buffer.from('x')), known), { kind: 'poison', reason: 'not-json' });
  t.like(readDelivery(delivery(serializeMessage({ ...job, type: 'other' })), known), { kind: 'poison', reason: 'unknown-type' });
  const often = delivery(serializeMessage(job), { 'x-delivery-count': CRASH_LIMIT });
  t.like(readDelivery(often, known), { kind: 'poison', reason: 'delivered-too-often', jobId: job.jobId });
});

test('nonsense in headers counts as none', (t) => {
  const headers = { 'x-attempt': 'many', 'x-delivery-count': -5 };
  t.like(readDelivery(delivery(serializeMessage(job), headers), known), { kind: 'job', attempt: 1 });
});

test('retries wait longer each time, with jitter below the delay of their queue, and end', (t) => {
  for (const [index, delayMs] of retryDelaysMs.entries()) {
    t.is(nextRetry(index + 1, { random: () => 1 })?.waitMs, delayMs);
    t.is(nextRetry(index + 1, { random: () => 0 })?.waitMs, delayMs / 2);
    t.is(nextRetry(index + 1)?.queueDelayMs, delayMs);
  }
  t.is(nextRetry(MAX_ATTEMPTS), undefined);
});

test('one that was kept waiting gets more attempts, with the longest wait between them, and they end too', (t) => {
  t.is(nextRetry(1, { timedOut: true })?.queueDelayMs, retryDelaysMs[0]);
  t.is(nextRetry(MAX_ATTEMPTS, { timedOut: true })?.queueDelayMs, retryDelaysMs.at(-1));
  t.is(nextRetry(MAX_ATTEMPTS + ATTEMPTS_AT_LOCKS - 1, { timedOut: true })?.queueDelayMs, retryDelaysMs.at(-1));
  t.is(nextRetry(MAX_ATTEMPTS + ATTEMPTS_AT_LOCKS, { timedOut: true }), undefined);
  t.is(nextRetry(MAX_ATTEMPTS + 1), undefined, 'nor does one go on that fails for another reason then');
});

test('a message goes on with its trace and without the headers of the broker', (t) => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const from = delivery(Buffer.of(), { 'x-request-id': 'r', traceparent, 'x-death': [{}], 'x-delivery-count': 3 });
  t.deepEqual(retryHeaders(from, 1), { 'x-request-id': 'r', traceparent, 'x-attempt': 1 });
  t.like(deadHeaders(from, 'failed', 'no such thing'), { 'x-reason': 'failed', 'x-error': 'no such thing', 'x-request-id': 'r' });
});

test('what could not be published again is left out: a message that is none of ours may have headers of any size and kind', (t) => {
  const from = delivery(Buffer.of(), { 'x-request-id': 'x'.repeat(70_000), traceparent: 'y'.repeat(70_000), 'x-attempt': 'z'.repeat(70_000) });
  t.deepEqual(Object.keys(deadHeaders(from, 'not-json', 'not-json')), ['x-reason', 'x-error']);
});
