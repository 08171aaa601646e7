import { EventEmitter } from 'node:events';
import test from 'ava';
import type { GetMessage, Message } from 'amqplib';
import { ApiAnswerError } from '../../../../src/app/admin/api-client.ts';
import { drainDeadLetters } from '../../../../src/app/admin/dead-letters.ts';
import { propertiesWith } from '../broker/_properties.ts';

const ids = {
  failed: '0190b6c2-7e3f-7a53-9a4e-000000000001',
  waiting: '0190b6c2-7e3f-7a53-9a4e-000000000002',
  gone: '0190b6c2-7e3f-7a53-9a4e-000000000003',
};
const messageOf = (jobId: string) => JSON.stringify({ type: 'item.process', jobId, itemId: jobId });

function letterOf(content: string, messageCount: number, headers: Record<string, unknown>): GetMessage {
  return {
    content: Buffer.from(content),
    fields: { deliveryTag: 1, redelivered: false, exchange: '', routingKey: 'task_queue.dead', messageCount },
    properties: propertiesWith({ headers }),
  };
}

/** The dead-letter queue: what is sent again goes to its end, what is taken is gone when it is acknowledged. */
class Queue extends EventEmitter {
  readonly ready: string[];
  readonly acknowledged: string[] = [];
  readonly sent: { queue: string; headers: unknown }[] = [];
  refuses = false;
  readonly #headers: Record<string, unknown>;

  constructor(contents: readonly string[], headers: Record<string, unknown> = { 'x-reason': 'failed' }) {
    super();
    this.#headers = headers;
    this.ready = [...contents];
  }

  checkQueue(queue: string) {
    return Promise.resolve({ queue, messageCount: this.ready.length, consumerCount: 0 });
  }

  get(): Promise<GetMessage | false> {
    const content = this.ready.shift();
    return Promise.resolve(content === undefined ? false : letterOf(content, this.ready.length, this.#headers));
  }

  ack(message: Message) {
    this.acknowledged.push(message.content.toString());
  }

  publish(_exchange: string, queue: string, content: Buffer, options?: { readonly headers?: unknown }, confirmed?: (error: Error | null, ok: object) => void) {
    if (this.refuses) {
      confirmed?.(new Error('refused'), {});
      return true;
    }
    this.sent.push({ queue, headers: options?.headers });
    if (queue === 'task_queue.dead') this.ready.push(content.toString());
    confirmed?.(null, {});
    return true;
  }
}

const unknownJob = { itemId: ids.gone, type: 'item.process', attempts: 1, error: null, requestId: null, createdAt: '', updatedAt: '', finishedAt: null };

const jobs = {
  retried: [] as string[],
  readJob(id: string) {
    return Promise.resolve({ ...unknownJob, jobId: id, state: id === ids.waiting ? ('queued' as const) : ('done' as const) });
  },
  retryJob(id: string) {
    if (id === ids.waiting) return Promise.reject(new ApiAnswerError(409, 'Only a job that has failed can be retried.'));
    if (id === ids.gone) return Promise.reject(new ApiAnswerError(404, 'There is no such job.'));
    jobs.retried.push(id);
    return Promise.resolve();
  },
};

const drain = (queue: Queue, options: { discard: boolean; limit: number }) =>
  drainDeadLetters(queue, jobs, options);

test('what belongs to a failed job is retried, what is out of date goes, what belongs to no job stays', async (t) => {
  const queue = new Queue([messageOf(ids.failed), 'no JSON', messageOf(ids.waiting), messageOf(ids.gone)]);
  const { letters, left } = await drain(queue, { discard: false, limit: 100 });
  t.deepEqual(letters.map(({ action }) => action), ['retried', 'kept', 'stale', 'kept']);
  t.deepEqual(jobs.retried, [ids.failed]);
  t.is(left, 2);
  t.deepEqual(queue.ready, ['no JSON', messageOf(ids.gone)]);
  t.is(letters[1]?.content, 'no JSON');
});

test('a letter that the broker gave up by itself goes to the workers again while its job waits for it', async (t) => {
  const queue = new Queue([messageOf(ids.waiting)], { 'x-first-death-reason': 'delivery_limit', 'x-delivery-count': 21, 'x-request-id': 'r-1' });
  const { letters } = await drain(queue, { discard: false, limit: 9 });
  t.deepEqual(letters.map(({ action }) => action), ['requeued']);
  t.deepEqual(queue.sent, [{ queue: 'task_queue', headers: { 'x-request-id': 'r-1', traceparent: undefined } }]);
  t.is(queue.acknowledged.length, 1);
});

test('--discard leaves nothing, and each message is looked at once', async (t) => {
  const queue = new Queue(['no JSON', '', messageOf(ids.gone)]);
  const { letters, left } = await drain(queue, { discard: true, limit: 100 });
  t.deepEqual(letters.map(({ action }) => action), ['discarded', 'discarded', 'discarded']);
  t.is(left, 0);
  t.is(queue.acknowledged.length, 3);
});

test('no more than the limit are taken', async (t) => {
  const queue = new Queue(['a', 'b', 'c']);
  t.is((await drain(queue, { discard: true, limit: 2 })).left, 1);
});

const broken = { ...jobs, retryJob: (id: string) => (id === ids.failed ? Promise.reject(new TypeError('fetch failed')) : jobs.retryJob(id)) };

test('when the API can not be asked, what was done is told, and the letter is in the queue anew: given back it would use up its deliveries', async (t) => {
  const queue = new Queue([messageOf(ids.waiting), messageOf(ids.failed), 'the rest']);
  const { letters, left, error } = await drainDeadLetters(queue, broken, { discard: true, limit: 9 });
  t.deepEqual(letters.map(({ action }) => action), ['stale']);
  t.deepEqual({ left, error }, { left: null, error: 'fetch failed' });
  t.deepEqual(queue.ready, ['the rest', messageOf(ids.failed)]);
  t.deepEqual(queue.sent, [{ queue: 'task_queue.dead', headers: { 'x-reason': 'failed' } }]);
  t.is(queue.acknowledged.length, 2);
});

test('a message is not acknowledged when neither the API nor the broker does anything with it', async (t) => {
  const queue = new Queue([messageOf(ids.failed)]);
  queue.refuses = true;
  t.is((await drainDeadLetters(queue, broken, { discard: true, limit: 9 })).error, 'fetch failed');
  t.deepEqual(queue.acknowledged, []);
});
