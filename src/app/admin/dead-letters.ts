import type { ConfirmChannel, GetMessage } from 'amqplib';
import type { DeadLetter, JobsAnswer } from '../../protocol/jobs.ts';
import { DEAD_LETTER_QUEUE, TASK_QUEUE } from '../broker/topology.ts';
import { toError } from '../errors.ts';
import { parseMessage } from '../jobs/message.ts';
import { publishConfirmed, type PublishChannel } from '../outbox/publish.ts';
import { ApiAnswerError, type ApiClient, type JobDocument } from './api-client.ts';

const PUBLISH_TIMEOUT_MS = 5_000;
const SHOWN_CONTENT = 200;

type Jobs = Pick<ApiClient, 'retryJob' | 'readJob'>;
type Channel = Pick<ConfirmChannel, 'checkQueue' | 'get' | 'ack'> & PublishChannel;

/**
 * Takes what the dead-letter queue holds now, at most `limit`: each message with a failed job gives the job another
 * round. One that belongs to no job stays, unless `discard`. A message leaves only after what was done for it is safe,
 * so that a crash in the middle loses nothing: the rest is in the queue again. Throws only before the first letter.
 */
export async function drainDeadLetters(
  channel: Channel,
  jobs: Jobs,
  options: { readonly discard: boolean; readonly limit: number },
): Promise<JobsAnswer<'drain'>> {
  const letters: DeadLetter[] = [];
  const { messageCount } = await channel.checkQueue(DEAD_LETTER_QUEUE);
  try {
    while (letters.length < Math.min(messageCount, options.limit)) {
      const message = await channel.get(DEAD_LETTER_QUEUE);
      if (message === false) break;
      letters.push(await take(channel, message, jobs, options.discard));
    }
    return { letters, left: (await channel.checkQueue(DEAD_LETTER_QUEUE)).messageCount, error: null };
  } catch (error) {
    return { letters, left: null, error: toError(error).message };
  }
}

// Given back, a letter would be first again, and come closer to the delivery limit of its queue each time: sent anew it does not.
async function take(channel: Channel, message: GetMessage, jobs: Jobs, discard: boolean): Promise<DeadLetter> {
  const letter = await settle(message, jobs, discard).catch(async (error: unknown) => {
    await sendAgain(channel, message).then(() => { channel.ack(message); }, () => undefined);
    throw error;
  });
  if (letter.action === 'kept') await sendAgain(channel, message);
  if (letter.action === 'requeued') await sendToWorkers(channel, message);
  channel.ack(message);
  return letter;
}

async function settle(message: GetMessage, jobs: Jobs, discard: boolean): Promise<DeadLetter> {
  const parsed = parseMessage(message.content);
  const jobId = parsed.ok ? parsed.message.jobId : null;
  const action = jobId === null ? undefined : await retry(jobs, jobId, isGivenUpByBroker(message));
  return describeLetter(message, { jobId, action: action ?? (discard ? 'discarded' : 'kept') });
}

/** Undefined for a job that is not recorded. */
async function retry(jobs: Jobs, jobId: string, isLost: boolean): Promise<DeadLetter['action'] | undefined> {
  try {
    await jobs.retryJob(jobId);
    return 'retried';
  } catch (error) {
    if (error instanceof ApiAnswerError && error.status === 409) return isLost && isWaiting(await jobs.readJob(jobId)) ? 'requeued' : 'stale';
    if (error instanceof ApiAnswerError && error.status === 404) return undefined;
    throw error;
  }
}

/** A worker that gives one up says why; the broker, after too many deliveries, does not tell the job's record. */
const isGivenUpByBroker = ({ properties }: GetMessage): boolean => !('x-reason' in (properties.headers ?? {}));

const isWaiting = ({ state }: Pick<JobDocument, 'state'>): boolean => state === 'queued' || state === 'retrying';

function describeLetter(message: GetMessage, { jobId, action }: Pick<DeadLetter, 'jobId' | 'action'>): DeadLetter {
  const headers: Record<string, unknown> = message.properties.headers ?? {};
  const text = (name: string) => (typeof headers[name] === 'string' ? headers[name] : null);
  const isNoJob = action === 'kept' || action === 'discarded';
  return {
    jobId,
    // The broker's own word for one that it gave up by itself.
    reason: text('x-reason') ?? text('x-first-death-reason') ?? 'unknown',
    error: text('x-error'),
    bytes: message.content.length,
    content: isNoJob ? message.content.subarray(0, SHOWN_CONTENT).toString('utf8') : null,
    action,
  };
}

/** Without what the broker has noted of it: its count of deliveries would have it given up at once. */
async function sendToWorkers(channel: Channel, message: GetMessage): Promise<void> {
  const { 'x-request-id': requestId, traceparent }: Record<string, unknown> = message.properties.headers ?? {};
  await send(channel, message, TASK_QUEUE, { 'x-request-id': requestId, traceparent });
}

async function sendAgain(channel: Channel, message: GetMessage): Promise<void> {
  await send(channel, message, DEAD_LETTER_QUEUE, message.properties.headers ?? {});
}

async function send(channel: Channel, message: GetMessage, queue: string, headers: Record<string, unknown>): Promise<void> {
  const messageId = String(message.properties.messageId ?? 'unknown');
  const again = { queue, messageId, content: message.content, options: { headers } };
  await publishConfirmed(channel, [again], PUBLISH_TIMEOUT_MS);
}
