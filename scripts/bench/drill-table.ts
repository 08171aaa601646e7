import type { DrillRun } from '../../src/runtime/drill/drill.ts';
import { returning, type Row } from './drill-goals.ts';
import { spreadOf, type Spread } from './measure.ts';

export const tableHead = [
  '| drill | runs | before the fault p50 | max | downtime p50 | max | resolution | acked lost | failed p50 | max | restored p50 | |',
  '|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|',
];

/** A row of the table: what was measured, and which of its goals were missed. */
export function judgeRow(row: Row, runs: readonly DrillRun[], wanted: number): string {
  // Where a node returns, what comes later is a row of its own. Elsewhere it is the fault's doing as well: a database that
  // was killed fails requests only once it is missed.
  const downtime = spreadOf(seen(runs, (run) => (row.isSwitch === true ? run.gapsMs.fault : run.downtimeMs)));
  const lost = runs.reduce((sum, { ledger }) => sum + ledger.lost + ledger.duplicated + ledger.altered, 0);
  const failed = spreadOf(runs.map((run) => run.requests.failed));
  const restored = spreadOf(seen(runs, (run) => run.phases.redundancyRestoredMs));
  const missed = [
    ...missedTimes(downtime, row, resolution(runs)),
    ...(lost > 0 ? [`${lost} writes lost, duplicated or altered`] : []),
    ...(row.failed !== undefined && failed.max > row.failed ? [`up to ${failed.max} failed`] : []),
    ...(runs.some((run) => run.splitBrainMs > 100) ? ['two holders'] : []),
    ...unprovenOf(runs, wanted),
  ];
  const before = spreadOf(seen(runs, (run) => run.gapsMs.before));
  const cells = [row.name, runs.length, ms(before.median), ms(before.max), ms(downtime.median), ms(downtime.max), ms(resolution(runs)), lost, failed.median, failed.max, ms(restored.median), verdict(row, missed)];
  return `| ${cells.join(' | ')} |`;
}

/** What clients noticed after the address had moved, while the other node came back. */
export function returningNode(runs: readonly DrillRun[]): string {
  return laterRow('the returning node', runs, returning);
}

/** The longest gap in as long a time in which nothing returned: the row above it can't be told apart from less. */
export function nothingReturning(runs: readonly DrillRun[]): string {
  return laterRow('nothing returns (after pause netdata)', runs, {});
}

function laterRow(name: string, runs: readonly DrillRun[], goals: Goals): string {
  const later = spreadOf(seen(runs, (run) => run.gapsMs.later));
  const missed = missedTimes(later, goals, resolution(runs));
  return `| ${name} | ${runs.length} | | | ${ms(later.median)} | ${ms(later.max)} | ${ms(resolution(runs))} | | | | | ${verdict(goals, missed)} |`;
}

type Goals = Pick<Row, 'p50Ms' | 'maxMs' | 'failed'>;

/** What keeps a row from being met whatever was measured: runs that proved nothing, and such as ended badly. */
function unprovenOf(runs: readonly DrillRun[], wanted: number): string[] {
  const bad = runs.filter(({ verdict }) => verdict !== 'pass').length;
  return [...(runs.length < wanted ? [`${wanted - runs.length} of ${wanted} runs proved nothing`] : []), ...(bad > 0 ? [`${bad} runs failed`] : [])];
}

/** A time below what the probe can tell apart is none that can be told: it is no more met than one that was not measured. */
function missedTimes(spread: Spread, goals: Goals, resolutionMs: number): string[] {
  const missed = (what: string, value: number, goal: number | undefined): string[] => {
    if (goal === undefined) return [];
    if (!Number.isFinite(value)) return [`${what} not measured`];
    if (value <= goal) return [];
    return [value <= resolutionMs ? `${what} over ${goal} ms, and below the resolution` : `${what} over ${goal} ms`];
  };
  return [...missed('p50', spread.median, goals.p50Ms), ...missed('max', spread.max, goals.maxMs)];
}

function verdict(goals: Goals, missed: readonly string[]): string {
  if (missed.length > 0) return `MISSED: ${missed.join(', ')}`;
  return goals.p50Ms === undefined ? 'reported' : `met (≤ ${goals.p50Ms} ms, max ≤ ${goals.maxMs ?? 0} ms)`;
}

function seen(runs: readonly DrillRun[], value: (run: DrillRun) => number | null): number[] {
  return runs.map(value).filter((one) => one !== null);
}

function resolution(runs: readonly DrillRun[]): number {
  return spreadOf(runs.map((run) => run.resolutionMs)).median;
}

function ms(value: number): string {
  return Number.isNaN(value) ? '–' : `${value.toFixed(0)} ms`;
}
