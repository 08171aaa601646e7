import test from 'ava';
import { DEAD_LETTER_QUEUE, queues, retryDelaysMs, retryQueue, TASK_QUEUE } from '../../../../src/app/broker/topology.ts';

const argumentsOf = (name: string) => queues.find((queue) => queue.name === name)?.arguments;

test('every queue is a quorum queue that refuses rather than drops', (t) => {
  t.true(queues.every((queue) => queue.arguments['x-queue-type'] === 'quorum'));
  t.true(queues.every((queue) => queue.arguments['x-overflow'] === 'reject-publish'));
});

test('what the broker gives up goes to the dead-letter queue, what has waited goes back', (t) => {
  t.is(argumentsOf(TASK_QUEUE)?.['x-dead-letter-routing-key'], DEAD_LETTER_QUEUE);
  for (const delayMs of retryDelaysMs) {
    t.is(argumentsOf(retryQueue(delayMs))?.['x-dead-letter-routing-key'], TASK_QUEUE);
    t.is(argumentsOf(retryQueue(delayMs))?.['x-message-ttl'], delayMs);
  }
});

test('waits grow', (t) => {
  t.deepEqual([...retryDelaysMs], [...retryDelaysMs].sort((a, b) => a - b));
});
