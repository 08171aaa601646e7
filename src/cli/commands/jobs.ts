import type { JobState } from '../../protocol/job-states.ts';
import type { DeadLetter, Job, JobsAction, JobsAnswer, JobsRequestOf } from '../../protocol/jobs.ts';
import { OperationError } from '../../runtime/errors.ts';
import { administerJobs } from '../../runtime/jobs/administer.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { checkJobIds } from '../options/jobs.ts';

/** What somebody may have to do something about. */
const openStates: readonly JobState[] = ['failed', 'retrying', 'queued'];
const defaultLimit = 50;

/** `jobs` and `jobs ls`. */
export async function runJobsList(invocation: Invocation, options: { readonly state?: readonly JobState[]; readonly limit?: number }): Promise<void> {
  const request = { action: 'list', states: options.state ?? openStates, limit: options.limit ?? defaultLimit } as const;
  const { project, answer } = await ask(invocation, request);
  const none = options.state === undefined ? 'No job waits or has failed.' : 'There is no such job.';
  invocation.result({ schema: 'haplat.jobs/1', project, ...answer }, () => describeList(answer, none));
}

function describeList({ jobs, deadLetters }: JobsAnswer<'list'>, none: string): string {
  const dead = deadLetters === null ? 'unknown, the broker does not answer' : String(deadLetters);
  const rows = jobs.map((job) => [job.jobId, job.state.padEnd(8), `${job.attempts} attempts`, job.createdAt, job.error ?? ''].join('  ').trimEnd());
  return [...(rows.length === 0 ? [none] : rows), `dead-letter queue: ${dead}`].join('\n');
}

export async function runJobsShow(invocation: Invocation, _options: object, ids: readonly string[]): Promise<void> {
  const [id = ''] = checkJobIds(ids);
  const { project, answer } = await ask(invocation, { action: 'show', id });
  const { job } = answer;
  if (job === null) throw new OperationError(`there is no job ${id}`, { remedy: '"haplat jobs ls" shows those that wait or have failed' });
  invocation.result({ schema: 'haplat.job/1', project, job }, () => describe(job));
}

export async function runJobsRetry(invocation: Invocation, _options: object, ids: readonly string[]): Promise<void> {
  const { project, answer } = await ask(invocation, { action: 'retry', ids: checkJobIds(ids) });
  tellEach(invocation, 'back in the queue', { schema: 'haplat.jobs-retry/1', project, ...answer });
}

export async function runJobsDiscard(invocation: Invocation, _options: object, ids: readonly string[]): Promise<void> {
  const { project, answer } = await ask(invocation, { action: 'discard', ids: checkJobIds(ids) });
  tellEach(invocation, 'given up', { schema: 'haplat.jobs-discard/1', project, ...answer });
}

/** Of each job that it was `done`, or why not; exit 1 then. */
function tellEach(invocation: Invocation, done: string, document: JobsAnswer<'retry'> & { readonly schema: string; readonly project: string }): void {
  if (document.results.some(({ accepted }) => !accepted)) invocation.exit(exitCodes.failed);
  invocation.result(document, () => document.results.map(({ jobId, detail }) => `${jobId}  ${detail ?? done}`).join('\n'));
}

export async function runJobsDrain(invocation: Invocation, options: { readonly discard: boolean; readonly limit: number }): Promise<void> {
  const { project, answer } = await ask(invocation, { action: 'drain', discard: options.discard, limit: options.limit });
  if (invocation.options.json) invocation.printJson({ schema: 'haplat.jobs-drain/1', project, ...answer });
  else if (answer.letters.length > 0 || answer.error === null) invocation.print([...answer.letters.map(toLine), summary(answer)].join('\n'));
  if (answer.error !== null) throw new OperationError(answer.error, { remedy: '"haplat status" shows what is missing; the same command then goes on with the rest' });
}

async function ask<Action extends JobsAction>(invocation: Invocation, request: JobsRequestOf<Action>) {
  const loaded = await invocation.loadConfig();
  const engine = await invocation.connect(loaded);
  const { project } = loaded.config;
  return { project, answer: await administerJobs<Action>(engine, project, request, invocation.signal) };
}

function describe(job: Job): string {
  const rows = Object.entries(job).filter(([, value]) => value !== null);
  return rows.map(([name, value]) => `${name.padEnd(11)} ${String(value)}`).join('\n');
}

const words: Readonly<Record<DeadLetter['action'], string>> = {
  retried: 'its job is back in the queue',
  requeued: 'its job waits, and has its message again',
  stale: 'removed: its job is not failed any more',
  discarded: 'removed: it belongs to no job',
  kept: 'kept: it belongs to no job',
};

function toLine({ jobId, reason, error, bytes, content, action }: DeadLetter): string {
  const what = content === null ? (jobId ?? '') : JSON.stringify(content);
  const why = error === null || error === reason ? reason : `${reason}: ${error}`;
  return `${words[action]}  ${what} (${why}, ${bytes} bytes)`;
}

function summary({ letters, left }: JobsAnswer<'drain'>): string {
  if (letters.length === 0) return 'The dead-letter queue is empty.';
  const isKept = letters.some(({ action }) => action === 'kept');
  return `${letters.length} dead letters looked at${left === null ? '' : `, ${left} left`}${isKept ? '; --discard removes those that belong to no job' : ''}.`;
}
