import type { Operation } from '../../runtime/plan/operation.ts';
import { lookAhead } from '../../runtime/platform/up.ts';
import type { Invocation } from '../invocation.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Replicas } from '../options/scale.ts';
import { Paint } from '../present/text.ts';

/** Of `--detailed-exitcode`: the same as those of `terraform plan` and `diff`. */
const changesExitCode = 2;

export async function runPlan(invocation: Invocation, options: { readonly detailedExitcode: boolean; readonly scale?: Replicas; readonly renew?: readonly string[]; readonly manager?: string }): Promise<void> {
  const loaded = await invocation.loadConfig({ replicas: options.scale, manager: options.manager });
  const engine = await invocation.connect(loaded);
  const { plan } = await lookAhead({ loaded, engine, renew: options.renew ?? [] });
  const changes = plan.operations.length;
  if (options.detailedExitcode) invocation.exit(changes > 0 ? changesExitCode : exitCodes.done);
  if (invocation.options.json) {
    const operations = plan.operations.map(({ id, kind, subject, cause, after }) => ({ id, kind, subject, cause, after }));
    invocation.printJson({ schema: 'haplat.plan/1', project: plan.project, changes, operations });
    return;
  }
  const paint = new Paint(invocation.options, process.stdout);
  invocation.print(changes === 0 ? 'Nothing to do.' : describe(plan.operations, paint));
}

/** By what each is about; all the causes of one subject are the same. */
function describe(operations: readonly Operation[], paint: Paint): string {
  const subjects = [...Map.groupBy(operations, (operation) => operation.subject)];
  const width = Math.max(...subjects.map(([subject]) => subject.length));
  const rows = subjects.map(([subject, steps]) => {
    const verbs = [...new Set(steps.map((step) => step.kind.replace(/-(container|network|volume|image|files|data|healthy|route)$/, '')))];
    return `  ${paint.strong(subject.padEnd(width))}  ${verbs.join(', ')}  ${paint.dim(steps[0]?.cause ?? '')}`;
  });
  return [...rows, `${operations.length} operations on ${subjects.length} objects; "haplat up" carries them out.`].join('\n');
}
