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

/** What there is to report of one drill or of many. */
export interface SuiteOutcome {
  readonly drills: readonly NamedResult[];
  readonly notRun: readonly NotRun[];
}
