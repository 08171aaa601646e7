import type { DrillResult } from '../drill.ts';

/** A drill with the name it has in its suite. */
export interface NamedResult {
  readonly name: string;
  readonly result: DrillResult;
  /** How long it took, all runs together. */
  readonly durationMs: number;
}

/** A drill that could not be carried out at all, and why. It proves nothing, as an inconclusive one. */
export interface NotRun {
  readonly name: string;
  readonly reason: string;
}

/** A measure that is worse than in the baseline. */
export interface Regression {
  readonly drill: string;
  readonly measure: 'downtimeP50Ms' | 'downtimeMaxMs' | 'restoreP50Ms';
  readonly beforeMs: number;
  readonly nowMs: number;
}

/** What there is to report of one drill or of many. */
export interface SuiteOutcome {
  readonly drills: readonly NamedResult[];
  readonly notRun: readonly NotRun[];
  /** Undefined where nobody asked for a comparison. */
  readonly regressions?: readonly Regression[];
}

/** Whether there is anything to say of it: what was not measured has no value, and none is zero. */
export function isMeasured({ result }: NamedResult): boolean {
  return result.runs.some(({ requests }) => requests.sent > 0);
}

/** What has become slower of one drill, a line for people about each. */
export function regressionsOf(drill: string, { regressions = [] }: SuiteOutcome): string[] {
  return regressions.filter((one) => one.drill === drill).map(describeRegression);
}

const measures = { downtimeP50Ms: 'downtime p50', downtimeMaxMs: 'downtime max', restoreP50Ms: 'restored p50' } as const;

function describeRegression({ measure, nowMs, beforeMs }: Regression): string {
  return `${measures[measure]} ${nowMs.toFixed(0)} ms, was ${beforeMs.toFixed(0)} ms in the baseline`;
}
