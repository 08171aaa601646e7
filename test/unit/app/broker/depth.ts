import test from 'ava';
import { queueDepths } from '../../../../src/app/broker/depth.ts';
import { DEAD_LETTER_QUEUE, queues } from '../../../../src/app/broker/topology.ts';
import { DeadlineError } from '../../../../src/app/errors.ts';

test('the depth of every queue is told, the dead-letter queue among them', async (t) => {
  const checkQueue = (queue: string) => Promise.resolve({ queue, messageCount: queue === DEAD_LETTER_QUEUE ? 3 : 0, consumerCount: 0 });
  const depths = await queueDepths({ checkQueue });
  t.is(depths.length, queues.length);
  t.is(depths.find(({ queue }) => queue === DEAD_LETTER_QUEUE)?.messages, 3);
});

test('without a broker there is no depth, and one that does not answer holds nobody up', async (t) => {
  t.deepEqual(await queueDepths(undefined), []);
  await t.throwsAsync(queueDepths({ checkQueue: () => new Promise(() => undefined) }), { instanceOf: DeadlineError });
});

test('a channel that closes meanwhile is no unhandled rejection', async (t) => {
  await t.throwsAsync(queueDepths({ checkQueue: () => Promise.reject(new Error('Channel closed')) }), { message: 'Channel closed' });
});

test('who asks while the broker still owes an answer waits for that one, also when another has given up', async (t) => {
  let asked = 0;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const channel = {
    checkQueue: async (queue: string) => {
      asked += 1;
      await promise;
      return { queue, messageCount: 1, consumerCount: 0 };
    },
  };
  await t.throwsAsync(queueDepths(channel), { instanceOf: DeadlineError });
  const later = queueDepths(channel);
  t.is(asked, queues.length);
  resolve(undefined);
  t.true((await later).every(({ messages }) => messages === 1));
  await queueDepths(channel);
  t.is(asked, 2 * queues.length, 'what was answered is asked anew');
});
