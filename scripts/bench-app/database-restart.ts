import { setTimeout as pause } from 'node:timers/promises';
import { execa } from 'execa';
import { inside, named, type Bench } from './docker.ts';

/** What clients saw of a database that went and came back. */
export interface DatabaseRestart {
  /** The longest that a client waited for an answer, be it a refusal, in milliseconds. */
  readonly slowestMs: number;
  /** From the moment when it accepts connections to the last request that failed, in milliseconds. */
  readonly recoveryMs: number;
  readonly failed: number;
}

type Answer = readonly [endedAtMs: number, tookMs: number, status: number];
const loadSeconds = 15;
const beforeMs = 3000;

/** Restarts the database in order, or kills it, which the guardian notices, while clients read and write. */
export async function restartUnderLoad(bench: Bench, how: 'restart' | 'kill', target: string): Promise<DatabaseRestart> {
  const load = inside<Answer[]>(bench, 'outage.ts', String(loadSeconds), target);
  await pause(beforeMs);
  const since = new Date();
  await execa('docker', [how, named(bench, 'db')], { stdin: 'ignore' });
  const answers = await load;
  const failed = answers.filter((answer) => !isSuccess(answer));
  const acceptsAtMs = await acceptsConnectionsAtMs(bench, since);
  // Without an answer after it nobody saw a recovery, and no failure after it would look like the best of all.
  if (!answers.some((answer) => isSuccess(answer) && answer[0] > acceptsAtMs)) {
    throw new Error(`nothing succeeded within ${loadSeconds} s after the database had gone: ${how}`);
  }
  return {
    slowestMs: Math.max(...answers.map(([, tookMs]) => tookMs)),
    recoveryMs: Math.max(0, ...failed.map(([endedAtMs]) => endedAtMs - acceptsAtMs)),
    failed: failed.length,
  };
}

function isSuccess([, , status]: Answer): boolean {
  return status === 200 || status === 201;
}

async function acceptsConnectionsAtMs(bench: Bench, since: Date): Promise<number> {
  const args = ['logs', '--timestamps', '--since', since.toISOString(), named(bench, 'db')];
  const { all } = await execa('docker', args, { stdin: 'ignore', all: true });
  const line = all.split('\n').findLast((one) => one.includes('ready to accept connections'));
  if (line === undefined) throw new Error(`the database has not started again:\n${all}`);
  return Date.parse(line.split(' ', 1)[0] ?? '');
}
