import type { Channel } from 'amqplib';

/** Where jobs wait for a worker. */
export const TASK_QUEUE = 'task_queue';
/** Where messages end that no worker can do, with the reason in their headers. Nobody consumes it by itself. */
export const DEAD_LETTER_QUEUE = 'task_queue.dead';

/** Deliveries of one message after which the broker itself gives it up: the last resort against one that kills its workers. */
export const DELIVERY_LIMIT = 20;

/** The waits before attempts 2, 3, …, one queue each, so that a long wait never blocks a short one. */
export const retryDelaysMs = [1_000, 4_000, 16_000, 60_000] as const;

/** Attempts in all before a job is given up. */
export const MAX_ATTEMPTS = retryDelaysMs.length + 1;

export const retryQueue = (delayMs: number): string => `${TASK_QUEUE}.retry.${delayMs}ms`;

interface QueueSpec {
  readonly name: string;
  readonly arguments: Readonly<Record<string, string | number>>;
}

// Quorum queues: on one broker they cost little, and with three the same declaration is a replicated queue.
// Dead-lettering "at-least-once" is what they need to lose nothing on the way, and it asks for reject-publish.
const quorum = { 'x-queue-type': 'quorum', 'x-overflow': 'reject-publish' } as const;
const deadLetterTo = (queue: string) =>
  ({
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': queue,
    'x-dead-letter-strategy': 'at-least-once',
  }) as const;

/** All queues, durable. Arguments of a queue that exists can't be changed: a new set needs a new name. */
export const queues: readonly QueueSpec[] = [
  { name: DEAD_LETTER_QUEUE, arguments: quorum },
  { name: TASK_QUEUE, arguments: { ...quorum, ...deadLetterTo(DEAD_LETTER_QUEUE), 'x-delivery-limit': DELIVERY_LIMIT } },
  ...retryDelaysMs.map((delayMs) => ({
    name: retryQueue(delayMs),
    arguments: { ...quorum, ...deadLetterTo(TASK_QUEUE), 'x-message-ttl': delayMs },
  })),
];

/** Declares what is missing. Throws (and the broker closes the channel) when a queue exists with other arguments. */
export async function declareTopology(channel: Channel): Promise<void> {
  for (const queue of queues) await channel.assertQueue(queue.name, { durable: true, arguments: queue.arguments });
}
