import type { RunResult, Verdict } from './judge-run.ts';

export interface Spread {
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface Summary {
  readonly runs: number;
  /** Null when no run measured it. */
  readonly downtimeMs: Spread | null;
  readonly restoreMs: Spread | null;
  readonly failedRequests: number;
  readonly ackedWritesLost: number;
}

/** All runs of a drill together; a run that did not measure something has no part in its spread. Times in ms. */
export function summarise(runs: readonly RunResult[]): Summary {
  const present = (values: readonly (number | null)[]) => values.filter((value) => value !== null);
  return {
    runs: runs.length,
    downtimeMs: spreadOf(present(runs.map((run) => run.downtimeMs))),
    restoreMs: spreadOf(present(runs.map((run) => run.phases.redundancyRestoredMs))),
    failedRequests: sum(runs.map((run) => run.requests.failed)),
    ackedWritesLost: sum(runs.map((run) => run.ledger.lost)),
  };
}

/** Nearest rank: each value is one that was measured. Null of nothing. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  const [min, p50, p95, max] = [at(0), at(0.5), at(0.95), at(1)];
  if (min === undefined || p50 === undefined || p95 === undefined || max === undefined) return null;
  return { min, p50, p95, max };
}

/** The worst of them: one failure fails the drill, and one run that proved nothing leaves it unproven. No runs prove nothing. */
export function verdictOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.length === 0 || verdicts.includes('inconclusive') ? 'inconclusive' : 'pass';
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
