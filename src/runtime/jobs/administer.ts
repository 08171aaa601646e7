import * as z from 'zod';
import { saysNotReady } from '../engine/check-output.ts';
import { labels } from '../engine/labels.ts';
import type { Engine, ObservedContainer } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import type { JobState } from './job-states.ts';

/** What can be asked. It travels as an argument of a command in a container: there is no secret in it. */
export type JobsRequest =
  | { readonly action: 'list'; readonly states: readonly JobState[]; readonly limit: number }
  | { readonly action: 'show'; readonly id: string }
  | { readonly action: 'retry'; readonly ids: readonly string[] }
  | { readonly action: 'discard'; readonly ids: readonly string[] }
  | { readonly action: 'drain'; readonly discard: boolean; readonly limit: number };

const job = z.object({
  jobId: z.string(),
  itemId: z.string(),
  type: z.string(),
  state: z.string(),
  attempts: z.number(),
  error: z.string().nullable(),
  requestId: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  finishedAt: z.string().nullable(),
});
export type Job = z.infer<typeof job>;

const letter = z.object({
  jobId: z.string().nullable(),
  reason: z.string(),
  error: z.string().nullable(),
  bytes: z.number(),
  content: z.string().nullable(),
  action: z.enum(['retried', 'requeued', 'stale', 'discarded', 'kept']),
});
export type DeadLetter = z.infer<typeof letter>;

const perJob = z.object({ results: z.array(z.object({ jobId: z.string(), accepted: z.boolean(), detail: z.string().nullable() })) });

/** The answer to each request; `deadLetters` is null while the broker is away, `error` what ended a drain after its letters. */
const answers = {
  list: z.object({ jobs: z.array(job), deadLetters: z.number().nullable() }),
  show: z.object({ job: job.nullable() }),
  retry: perJob,
  discard: perJob,
  drain: z.object({ letters: z.array(letter), left: z.number().nullable(), error: z.string().nullable().default(null) }),
} as const;
export type JobsAnswer<Action extends JobsRequest['action']> = z.infer<(typeof answers)[Action]>;

const refusal = z.object({ ok: z.literal(false), message: z.string() });
/** A long dead-letter queue takes some milliseconds for each message. */
const timeoutMs = 300_000;

/**
 * Asks a replica of the API, from inside its container: that works wherever the Engine is, and addresses and secrets
 * stay where they are. OperationError when no replica runs or the platform can't do it.
 */
export async function administerJobs<Action extends JobsRequest['action']>(
  engine: Pick<Engine, 'listContainers' | 'inspectContainer' | 'exec'>,
  project: string,
  request: Extract<JobsRequest, { action: Action }>,
  signal: AbortSignal,
): Promise<JobsAnswer<Action>> {
  const replica = await chooseReplica(engine, project);
  if (replica === undefined) {
    throw new OperationError(`no replica of the API of project ${project} is running`, { remedy: 'run "haplat up" first' });
  }
  const command = ['haplat', 'serve', 'jobs', JSON.stringify(request)];
  const { exitCode, stdout, stderr } = await engine.exec(replica.name, command, { timeoutMs, signal });
  const answer = parseJson(stdout);
  const refused = refusal.safeParse(answer);
  if (refused.success) throw new OperationError(refused.data.message, { remedy: '"haplat status" shows what is missing' });
  const parsed = answers[request.action].safeParse(answer);
  if (parsed.success) return parsed.data as JobsAnswer<Action>;
  throw new OperationError(`${replica.name} gave no answer that makes sense (exit ${exitCode})`, {
    remedy: 'run "haplat up": the replica may be of another version',
    details: stderr.split('\n').slice(-5),
  });
}

/** A healthy one that can do its work, or a healthy one, or at least one that runs. */
async function chooseReplica(engine: Pick<Engine, 'listContainers' | 'inspectContainer'>, project: string): Promise<ObservedContainer | undefined> {
  const containers = await engine.listContainers({ project });
  const running = containers.filter((one) => one.labels[labels.component] === 'app' && one.state === 'running');
  const healthy = running.filter((one) => one.health === 'healthy');
  const details = (await Promise.all(healthy.map(({ name }) => engine.inspectContainer(name)))).filter((one) => one !== undefined);
  return details.find((one) => !saysNotReady(one)) ?? healthy[0] ?? running[0];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
