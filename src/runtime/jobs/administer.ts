import { jobsAnswerSchemas, jobsRefusalSchema, type JobsAction, type JobsAnswer, type JobsRequestOf } from '../../protocol/jobs.ts';
import { saysNotReady } from '../engine/check-output.ts';
import { labels } from '../engine/labels.ts';
import type { Engine, ObservedContainer } from '../engine/port.ts';
import { OperationError } from '../errors.ts';

/** A long dead-letter queue takes some milliseconds for each message. */
const timeoutMs = 300_000;

/**
 * Asks a replica of the API, from inside its container: that works wherever the Engine is, and addresses and secrets
 * stay where they are. OperationError when no replica runs or the platform can't do it.
 */
export async function administerJobs<Action extends JobsAction>(
  engine: Pick<Engine, 'listContainers' | 'inspectContainer' | 'exec'>,
  project: string,
  request: JobsRequestOf<Action>,
  signal: AbortSignal,
): Promise<JobsAnswer<Action>> {
  const replica = await chooseReplica(engine, project);
  if (replica === undefined) {
    throw new OperationError(`no replica of the API of project ${project} is running`, { remedy: 'run "haplat up" first' });
  }
  const command = ['haplat', 'serve', 'jobs', JSON.stringify(request)];
  const { exitCode, stdout, stderr } = await engine.exec(replica.name, command, { timeoutMs, signal });
  const answer = parseJson(stdout);
  const refused = jobsRefusalSchema.safeParse(answer);
  if (refused.success) throw new OperationError(refused.data.message, { remedy: '"haplat status" shows what is missing' });
  const parsed = jobsAnswerSchemas[request.action].safeParse(answer);
  if (parsed.success) return parsed.data;
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
