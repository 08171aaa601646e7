import type { ConfirmChannel } from 'amqplib';
import { jobsRequestSchema, type JobOutcome, type JobsAction, type JobsAnswer, type JobsRefusal, type JobsRequestOf } from '../../protocol/jobs.ts';
import { connectBroker, disconnectBroker } from '../broker/connect.ts';
import { DEAD_LETTER_QUEUE } from '../broker/topology.ts';
import { toError } from '../errors.ts';
import { readApiSettings, type ApiSettings } from '../settings.ts';
import { ApiAnswerError, ApiClient } from './api-client.ts';
import { drainDeadLetters } from './dead-letters.ts';

const askedAtOnce = 10;

export interface ServeJobsOptions {
  readonly env: NodeJS.ProcessEnv;
  /** A JobsRequest as JSON. */
  readonly request: string;
  readonly out: { write(text: string): unknown };
}

/**
 * Looks after jobs and dead letters, from inside a container of the API, where addresses and secrets are. Writes one
 * JSON document: `{ok: true, …}`, or `{ok: false, message}` for whatever went wrong; throws nothing.
 */
export async function serveJobs({ env, request, out }: ServeJobsOptions): Promise<void> {
  let answer: JobsRefusal | ({ readonly ok: true } & JobsAnswer);
  try {
    const settings = readApiSettings(env);
    answer = { ok: true, ...(await carryOut(jobsRequestSchema.parse(JSON.parse(request)), settings)) };
  } catch (error) {
    answer = { ok: false, message: toError(error).message };
  }
  out.write(`${JSON.stringify(answer)}\n`);
}

interface Means {
  readonly api: ApiClient;
  readonly settings: ApiSettings;
}

const actions: { readonly [Action in JobsAction]: (request: JobsRequestOf<Action>, means: Means) => Promise<JobsAnswer<Action>> } = {
  async list({ states, limit }, { api, settings }) {
    const lists = await Promise.all(states.map((state) => api.listJobs(state, limit)));
    return { jobs: lists.flat().slice(0, limit), deadLetters: await countDeadLetters(settings) };
  },
  show: async ({ id }, { api }) => ({ job: await orNull(api.readJob(id)) }),
  retry: async ({ ids }, { api }) => ({ results: await eachOf(ids, (id) => api.retryJob(id)) }),
  discard: async ({ ids }, { api }) => ({ results: await eachOf(ids, (id) => api.discardJob(id)) }),
  drain: (request, { api, settings }) => withChannel(settings, (channel) => drainDeadLetters(channel, api, request)),
};

const carryOut = <Action extends JobsAction>(request: JobsRequestOf<Action>, settings: ApiSettings): Promise<JobsAnswer<Action>> =>
  actions[request.action](request, { api: new ApiClient(settings.PORT), settings });

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiAnswerError && error.status === 404) return null;
    throw error;
  }
}

/** What became of each: some may be done although others can't. A few at a time: many at once would be turned away. */
async function eachOf(ids: readonly string[], ask: (id: string) => Promise<void>): Promise<JobOutcome[]> {
  const results: JobOutcome[] = [];
  for (let from = 0; from < ids.length; from += askedAtOnce) {
    const some = ids.slice(from, from + askedAtOnce);
    results.push(...(await Promise.all(some.map((id) => outcomeOf(id, ask(id))))));
  }
  return results;
}

async function outcomeOf(jobId: string, asked: Promise<void>): Promise<JobOutcome> {
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
