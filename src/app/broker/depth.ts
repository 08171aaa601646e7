import type { Channel } from 'amqplib';
import { pause } from '../backoff.ts';
import { DeadlineError } from '../errors.ts';
import { queues } from './topology.ts';

export interface QueueDepth {
  readonly queue: string;
  /** Ready to be delivered; those that a worker has in hand are not counted. */
  readonly messages: number;
}

/** A broker that does not answer must not hold up the scrape. */
const TIMEOUT_MS = 500;

/** What asking for depths needs of a channel. */
type QueueChannel = Pick<Channel, 'checkQueue'>;

/** The questions under way. A channel carries one at a time: of those that came in the meantime each would wait for all before it. */
const underWay = new WeakMap<QueueChannel, Promise<QueueDepth[]>>();

/** How many messages wait in each queue of ours. None without a channel; throws when the broker does not answer. */
export async function queueDepths(channel: QueueChannel | undefined): Promise<QueueDepth[]> {
  if (channel === undefined) return [];
  const answered = new AbortController();
  const asking = underWay.get(channel) ?? ask(channel);
  const deadline = pause(TIMEOUT_MS, answered.signal).then(() => undefined);
  try {
    const depths = await Promise.race([asking, deadline]);
    if (depths === undefined) throw new DeadlineError('asking for the depth of the queues', TIMEOUT_MS);
    return depths;
  } finally {
    answered.abort();
    asking.catch(() => undefined);
  }
}

/** Until the broker has answered, however long that takes, the others wait for the same answer. */
function ask(channel: QueueChannel): Promise<QueueDepth[]> {
  const asking = Promise.all(queues.map(async ({ name }) => ({ queue: name, messages: (await channel.checkQueue(name)).messageCount })));
  underWay.set(channel, asking);
  const forget = (): void => { underWay.delete(channel); };
  asking.then(forget, forget);
  return asking;
}
