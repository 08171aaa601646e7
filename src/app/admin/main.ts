import type { ConfirmChannel } from 'amqplib';
import { connectBroker, disconnectBroker } from '../broker/connect.ts';
import { DEAD_LETTER_QUEUE } from '../broker/topology.ts';
import { toError } from '../errors.ts';
import { readApiSettings, type ApiSettings } from '../settings.ts';
import { ApiAnswerError, ApiClient } from './api-client.ts';
import { drainDeadLetters } from './dead-letters.ts';
import { adminRequestSchema, type AdminRequest } from './request.ts';

const askedAtOnce = 10;

export interface AdminOptions {
  readonly env: NodeJS.ProcessEnv;
  /** An AdminRequest as JSON. */
  readonly request: string;
  readonly out: { write(text: string): unknown };
}

/**
 * Looks after jobs and dead letters, from inside a container of the API, where addresses and secrets are. Writes one
 * JSON document: `{ok: true, …}`, or `{ok: false, message}` for whatever went wrong; throws nothing.
 */
export async function administerJobs({ env, request, out }: AdminOptions): Promise<void> {
  let answer: object;
  try {
    const settings = readApiSettings(env);
    answer = { ok: true, ...(await carryOut(adminRequestSchema.parse(JSON.parse(request)), settings)) };
  } catch (error) {
    answer = { ok: false, message: toError(error).message };
  }
  out.write(`${JSON.stringify(answer)}\n`);
}

async function carryOut(request: AdminRequest, settings: ApiSettings): Promise<object> {
  const api = new ApiClient(settings.PORT);
  switch (request.action) {
    case 'list': {
      const lists = await Promise.all(request.states.map((state) => api.listJobs(state, request.limit)));
      return { jobs: lists.flat().slice(0, request.limit), deadLetters: await countDeadLetters(settings) };
    }
    case 'show':
      return { job: await orNull(api.readJob(request.id)) };
    case 'retry':
      return { results: await eachOf(request.ids, (id) => api.retryJob(id)) };
    case 'discard':
      return { results: await eachOf(request.ids, (id) => api.discardJob(id)) };
    case 'drain':
      return withChannel(settings, (channel) => drainDeadLetters(channel, api, request));
  }
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiAnswerError && error.status === 404) return null;
    throw error;
  }
}

/** What became of each: some may be done although others can't. A few at a time: many at once would be turned away. */
async function eachOf(ids: readonly string[], ask: (id: string) => Promise<void>): Promise<object[]> {
  const results: object[] = [];
  for (let from = 0; from < ids.length; from += askedAtOnce) results.push(...(await Promise.all(ids.slice(from, from + askedAtOnce).map((id) => accepted(id, ask(id))))));
  return results;
}

async function accepted(jobId: string, asked: Promise<void>): Promise<object> {
  try {
    await asked;
    return { jobId, accepted: true, detail: null };
  } catch (error) {
    // Whatever it is: what became of the others is still to be told.
    return { jobId, accepted: false, detail: toError(error).message };
  }
}

/** Null while the broker is away: the jobs are in the database and can be listed all the same. */
async function countDeadLetters(settings: ApiSettings): Promise<number | null> {
  try {
    return await withChannel(settings, async (channel) => (await channel.checkQueue(DEAD_LETTER_QUEUE)).messageCount);
  } catch {
    return null;
  }
}

async function withChannel<T>(settings: ApiSettings, work: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
  const connection = await connectBroker(settings, 'jobs');
  const { model } = connection;
  // The errors reach the call that waits for its answer; without listeners they would end the process.
  model.on('error', () => undefined);
  try {
    const channel = await model.createConfirmChannel();
    channel.on('error', () => undefined);
    return await work(channel);
  } finally {
    await disconnectBroker(connection);
  }
}
