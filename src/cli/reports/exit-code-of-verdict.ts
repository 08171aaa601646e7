import type { Verdict } from '../../runtime/drill/judge/judge-run.ts';
import type { NamedResult, Regression } from '../../runtime/drill/suite/outcome.ts';
import { exitCodes } from '../exit-codes.ts';

/** What came of the comparison with the baseline. */
export interface Comparison {
  /** What has become slower. */
  readonly regressions: readonly Regression[];
  /** A comparison was asked for, and there was nothing to compare. */
  readonly isUncompared: boolean;
}

/**
 * A drill that passed but has become slower than the baseline allows is a failure too, whatever the others have proved. A
 * baseline that has none of the drills proves nothing.
 */
export function exitCodeOfVerdict(verdict: Verdict, { regressions, isUncompared }: Comparison, drills: readonly NamedResult[]): number {
  const hasPassed = (name: string) => drills.some((drill) => drill.name === name && drill.result.verdict === 'pass');
  if (regressions.some(({ drill }) => hasPassed(drill))) return exitCodes.objectiveMissed;
  if (verdict === 'pass' && isUncompared) return exitCodes.inconclusive;
  return { pass: exitCodes.done, fail: exitCodes.objectiveMissed, inconclusive: exitCodes.inconclusive }[verdict];
}
