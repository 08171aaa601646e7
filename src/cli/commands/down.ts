import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { ConfigError, InterruptedError } from '../../runtime/errors.ts';
import { down } from '../../runtime/platform/down.ts';
import type { Invocation } from '../invocation.ts';
import { PlanProgress } from '../present/plan-progress.ts';

export async function runDown(invocation: Invocation, options: { readonly volumes: boolean; readonly yes: boolean }): Promise<void> {
  const loaded = await invocation.loadConfig();
  const { project } = loaded.config;
  if (options.volumes && !options.yes && !(await confirmed(`Remove all data of project ${project}? [y/N] `, invocation.signal))) {
    invocation.result(documentOf(project, 0, false), () => 'Nothing was removed.');
    return;
  }
  const engine = await invocation.connect(loaded, { looksFirst: true });
  const progress = new PlanProgress(invocation.options);
  try {
    const plan = await down({
      loaded,
      engine,
      signal: invocation.signal,
      volumes: options.volumes,
      onNote: invocation.note,
      onPlan: (made) => { progress.begin(made); },
      onEvent: (event) => { progress.take(event); },
    });
    await progress.end();
    const operations = plan.operations.length;
    invocation.result(documentOf(project, operations, options.volumes), () => describe(project, operations, options.volumes));
  } finally {
    await progress.end();
  }
}

const documentOf = (project: string, operations: number, volumesRemoved: boolean) => ({ schema: 'haplat.down/1', project, operations, volumesRemoved });

function describe(project: string, operations: number, volumes: boolean): string {
  const kept = volumes ? 'Its data is gone with it.' : 'Its data is kept; "haplat down --volumes" removes that.';
  return operations === 0 ? `There is nothing of project ${project}.` : `Project ${project} is down. ${kept}`;
}

async function confirmed(question: string, signal: AbortSignal): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new ConfigError('--volumes: removes data, and there is no terminal to ask on', { remedy: 'add --yes if you mean it' });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Where its own output is no terminal, Ctrl-D only closes it.
    const unanswered = once(terminal, 'close').then(() => '');
    return /^y(es)?$/i.test((await Promise.race([terminal.question(question, { signal }), unanswered])).trim());
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    process.stderr.write('\n');
    // Ctrl-D ends the question without an answer, Ctrl-C all of it: readline takes it from the signal.
    if (signal.aborted || error.message.includes('Ctrl+C')) throw new InterruptedError();
    return false;
  } finally {
    terminal.close();
  }
}
