import { HaplatError, messageOf, OperationError } from '../../runtime/errors.ts';

/** Whatever failed on the way, all commands go on from what is there. */
const whatever = 'run the same command again; with -v it says more, and "haplat doctor" looks at the Engine';

/** What went wrong and where, what to do, then details; the stack and the causes only when verbose. */
export function presentError(error: unknown, options: { readonly verbose: boolean }): string {
  const lines = [`error: ${messageOf(error)}`];
  if (error instanceof HaplatError) {
    const remedy = error.remedy ?? (error instanceof OperationError ? whatever : undefined);
    if (remedy !== undefined) lines.push(`  → ${remedy}`);
    lines.push(...error.details.map((detail) => `  ${detail}`));
  }
  if (options.verbose) lines.push(...stackOf(error));
  return `${lines.join('\n')}\n`;
}

function stackOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = error.stack === undefined ? [] : error.stack.split('\n').slice(1);
  return error.cause === undefined ? own : [...own, `caused by: ${messageOf(error.cause)}`, ...stackOf(error.cause)];
}
