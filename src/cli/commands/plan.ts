import type { Manager } from '../../runtime/config/schema/managers.ts';
import { ConfigError, OperationError } from '../../runtime/errors.ts';
import type { Operation } from '../../runtime/plan/operation.ts';
import { dueBesides } from '../../runtime/platform/due.ts';
import { lookAhead } from '../../runtime/platform/look-ahead.ts';
import type { Invocation } from '../invocation.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Replicas } from '../options/scale.ts';
import { Paint } from '../present/text.ts';

/** Of `--detailed-exitcode`: the same as those of `terraform plan` and `diff`. */
const changesExitCode = 2;

interface PlanOptions {
  readonly detailedExitcode: boolean;
  readonly scale?: Replicas;
  readonly renew?: readonly string[];
  readonly manager?: Manager;
}

export async function runPlan(invocation: Invocation, options: PlanOptions): Promise<void> {
  try {
    await showPlan(invocation, options);
  } catch (error) {
    throw options.detailedExitcode && error instanceof ConfigError ? notChanges(error) : error;
  }
}

/** Bad input ends with 2 elsewhere: here that would read as a plan with changes. */
const notChanges = (error: ConfigError): OperationError =>
  new OperationError(error.message, { cause: error, details: error.details, ...(error.remedy !== undefined && { remedy: error.remedy }) });

async function showPlan(invocation: Invocation, options: PlanOptions): Promise<void> {
  const loaded = await invocation.loadConfig({ replicas: options.scale, manager: options.manager });
  const engine = await invocation.connect(loaded, { toRead: true, looksFirst: true });
  const { plan, topology } = await lookAhead({ loaded, engine, renew: options.renew ?? [] });
  const besides = await dueBesides(loaded, topology);
  const changes = plan.operations.length + besides.length;
  if (options.detailedExitcode) invocation.exit(changes > 0 ? changesExitCode : exitCodes.done);
  const operations = plan.operations.map(({ id, kind, subject, cause, after }) => ({ id, kind, subject, cause, after }));
  const paint = new Paint(invocation.options, process.stdout);
  invocation.result({ schema: 'haplat.plan/1', project: plan.project, changes, operations, besides }, () =>
    (changes === 0 ? 'Nothing to do.' : describe(plan.operations, besides, paint)));
}

function describe(operations: readonly Operation[], besides: readonly string[], paint: Paint): string {
  return [...rowsOf(operations, paint), ...besides.map((line) => `  ${line}`), `${sumOf(operations, besides)}; "haplat up" carries them out.`].join('\n');
}

function sumOf(operations: readonly Operation[], besides: readonly string[]): string {
  const subjects = new Set(operations.map(({ subject }) => subject));
  return [
    ...(operations.length === 0 ? [] : [`${operations.length} operations on ${subjects.size} objects`]),
    ...(besides.length === 0 ? [] : [`${besides.length} ${besides.length === 1 ? 'step' : 'steps'} besides`]),
  ].join(', ');
}

/** By what each is about; all the causes of one subject are the same. */
function rowsOf(operations: readonly Operation[], paint: Paint): string[] {
  const subjects = [...Map.groupBy(operations, (operation) => operation.subject)];
  const width = Math.max(...subjects.map(([subject]) => subject.length));
  return subjects.map(([subject, steps]) => {
    const verbs = [...new Set(steps.map((step) => step.kind.replace(/-.*/, '')))];
    return `  ${paint.strong(subject.padEnd(width))}  ${verbs.join(', ')}  ${paint.dim(steps[0]?.cause ?? '')}`;
  });
}
