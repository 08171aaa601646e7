import type { ConsumeMessage } from 'amqplib';
import test from 'ava';
import { Registry } from 'prom-client';
import { DEAD_LETTER_QUEUE, TASK_QUEUE } from '../../../src/app/broker/topology.ts';
import type { Queryable } from '../../../src/app/db/queryable.ts';
import { createLogger } from '../../../src/app/logging.ts';
import type { JobState } from '../../../src/protocol/job-states.ts';
import { Consumer, type ConsumeChannel } from '../../../src/worker/consumer.ts';
import type { PublishChannel } from '../../../src/app/outbox/publish.ts';
import { WorkerMetrics } from '../../../src/worker/metrics.ts';
import { readWorkerSettings } from '../../../src/worker/settings.ts';
import { propertiesWith } from '../app/broker/_properties.ts';

const jobId = '0190b6c2-7e3f-7a53-9a4e-0d6d3f1c2b1a';
const itemId = '0190b6c2-7e3f-7a53-9a4e-0d6d3f1c2b1b';

interface Scene {
  /** The job as it is recorded; undefined: not at all. */
  readonly job?: { readonly state: JobState; readonly error: string | null };
  readonly redelivered?: boolean;
  readonly takesMessages?: boolean;
  /** The worker is told to stop while it has the message in hand. */
  readonly stops?: boolean;
  /** The broker takes no message that is sent on. */
  readonly refuses?: boolean;
  /** The code of the error that each attempt ends with. */
  readonly code?: string;
  /** The attempts that the message has behind it. */
  readonly attempts?: number;
}

/** Hands one message for the job to a consumer, and resolves to what came of it. */
async function deliver({ job, redelivered = false, takesMessages = true, stops = false, refuses = false, code, attempts = 0 }: Scene) {
  const seen: { settled: string[]; published: { queue: string; reason: unknown }[]; notes: boolean[] } = { settled: [], published: [], notes: [] };
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const settle = (how: string) => {
    seen.settled.push(how);
    resolve(undefined);
  };
  let receive: (message: ConsumeMessage) => void = () => undefined;
  const channel: ConsumeChannel = {
    prefetch: () => Promise.resolve({}),
    consume: (_queue, onMessage) => {
      receive = onMessage;
      return Promise.resolve({ consumerTag: 'tag' });
    },
    cancel: () => Promise.resolve({ consumerTag: 'tag' }),
    close: () => Promise.resolve(),
    ack: () => { settle('ack'); },
    nack: () => { settle('nack'); },
    reject: () => { settle('reject'); },
  };
  const publishing: PublishChannel = {
    on: () => undefined,
    off: () => undefined,
    publish: (_exchange, queue, _content, options, done) => {
      const { 'x-reason': reason }: Record<string, unknown> = { ...(options?.headers as object | undefined) };
      seen.published.push({ queue, reason });
      done?.(refuses ? new Error('access refused') : null, {});
      return true;
    },
  };
  const rows = job === undefined ? [] : [job];
  const connection: Queryable = {
    query: <Row extends object>({ name }: { name: string }) =>
      code === undefined || /^job-(?:retrying|failed)$/.test(name) ? Promise.resolve(rows as Row[]) : Promise.reject(Object.assign(new Error('failed'), { code })),
  };
  const run = <T>(work: (own: Queryable) => Promise<T>) => work(connection);
  const database = { gate: { up: true, waitUntilUp: () => Promise.resolve(true) }, run, transaction: run };
  const consumer = new Consumer({
    settings: readWorkerSettings({ DB_HOST: 'db', DB_PASSWORD_FILE: '/dev/null', AMQP_HOST: 'rabbitmq', AMQP_PASSWORD_FILE: '/dev/null' }),
    database,
    logger: createLogger({ service: 'worker', instance: 'test' }, 'silent'),
    metrics: new WorkerMetrics(new Registry()),
    attempts: { note: (_kind, isFailure) => { seen.notes.push(isFailure); } },
    pause: (ms, { aborted }) => {
      if (!aborted) seen.settled.push(`waits ${ms} ms`);
      return Promise.resolve();
    },
    publisher: { waitToPublish: () => Promise.resolve(takesMessages ? publishing : undefined) },
    signal: new AbortController().signal,
  });
  await consumer.start(channel);
  const content = Buffer.from(JSON.stringify({ type: 'item.process', jobId, itemId }));
  receive({
    content,
    fields: { deliveryTag: 1, consumerTag: 'tag', exchange: '', routingKey: TASK_QUEUE, redelivered },
    properties: propertiesWith({ headers: { 'x-attempt': attempts }, messageId: jobId }),
  });
  if (stops) await consumer.stop();
  await promise;
  await consumer.stop();
  return seen;
}

test('a job that is done is a duplicate', async (t) => {
  t.deepEqual(await deliver({ job: { state: 'done', error: null }, redelivered: true }), { settled: ['ack'], published: [], notes: [false] });
});

test('a job that was given up gets its dead letter on redelivery: who gave it up may have died before', async (t) => {
  const { settled, published } = await deliver({ job: { state: 'failed', error: 'why' }, redelivered: true });
  t.deepEqual(published, [{ queue: DEAD_LETTER_QUEUE, reason: 'failed' }]);
  t.deepEqual(settled, ['ack']);
});

test('another message for a job that was given up needs none', async (t) => {
  t.deepEqual(await deliver({ job: { state: 'failed', error: 'why' } }), { settled: ['ack'], published: [], notes: [] });
});

test('a job that can never be done is given up, and says nothing of the others', async (t) => {
  const { settled, published, notes } = await deliver({});
  t.deepEqual(published, [{ queue: DEAD_LETTER_QUEUE, reason: 'failed' }]);
  t.deepEqual({ settled, notes }, { settled: ['ack'], notes: [] });
});

test('the last attempt is not the last of one that was kept waiting by a lock', async (t) => {
  const job = { state: 'retrying', error: 'why' } as const;
  for (const code of ['57014', '55P03']) t.deepEqual((await deliver({ job, code, attempts: 4 })).published, [{ queue: 'task_queue.retry.60000ms', reason: undefined }]);
  t.deepEqual((await deliver({ job, code: 'P0001', attempts: 4 })).published, [{ queue: DEAD_LETTER_QUEUE, reason: 'failed' }]);
});

test('what can\'t be sent on is given back', async (t) => {
  t.deepEqual(await deliver({ takesMessages: false }), { settled: ['nack'], published: [], notes: [] });
});

test('a worker that stops settles what it has in hand, also what fails', async (t) => {
  const { settled, published } = await deliver({ stops: true });
  t.deepEqual(published, [{ queue: DEAD_LETTER_QUEUE, reason: 'failed' }]);
  t.deepEqual(settled, ['ack']);
});

test('what the broker refuses is given back after a while, so that it does not use up its deliveries; at once when the worker stops', async (t) => {
  t.deepEqual((await deliver({ refuses: true })).settled, ['waits 1000 ms', 'reject']);
  t.deepEqual((await deliver({ refuses: true, stops: true })).settled, ['nack']);
});
