import { execa } from 'execa';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Wall-clock milliseconds of one run, from outside. Throws, with what it printed, when the command fails. */
export async function timeOnce({ file, args, env, cwd }: Command): Promise<number> {
  const startedAtMs = performance.now();
  await execa(file, [...args], { stdin: 'ignore', ...(env && { env }), ...(cwd !== undefined && { cwd }) });
  return performance.now() - startedAtMs;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** What was not measured (NaN) has no place in an order: with one of those there is no spread. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.some(Number.isNaN)) return { min: Number.NaN, median: Number.NaN, max: Number.NaN };
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted.at(index) ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { min: at(0), median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, max: at(-1) };
}

/** What was measured, the peer, and the goal. */
export interface Row {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly ratio: number | undefined;
  readonly goal: string;
  readonly met: boolean;
}

/** Compares pairs measured in turns: the ratio is the median of the pairs' ratios, as the machine's speed drifts. */
export function comparison(what: string, ours: readonly number[], peer: readonly number[], maxRatio: number): Row {
  const ratio = spreadOf(ours.map((value, index) => value / (peer[index] ?? Number.NaN))).median;
  const show = (values: readonly number[]) => {
    const { min, median, max } = spreadOf(values);
    return `${(median / 1000).toFixed(2)} s (${(min / 1000).toFixed(2)}–${(max / 1000).toFixed(2)})`;
  };
  return { what, ours: show(ours), peer: show(peer), ratio, goal: `≤ ${maxRatio.toFixed(1)} ×`, met: ratio <= maxRatio };
}

/** A figure with an upper bound; what was not measured does not meet it. */
export function bounded(what: string, value: number, max: number, unit: string): Row {
  return { what, ours: `${value.toFixed(1)} ${unit}`, peer: '', ratio: undefined, goal: `≤ ${max} ${unit}`, met: Number.isFinite(value) && value <= max };
}

/** The rows as a Markdown table. */
export function toTable(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['', 'haplat', 'peer', 'ratio', 'goal', '']),
    line(['---', '---', '---', '---', '---', '---']),
    ...rows.map((row) => line([row.what, row.ours, row.peer, row.ratio === undefined ? '' : `${row.ratio.toFixed(2)} ×`, row.goal, row.met ? 'met' : 'MISSED'])),
  ].join('\n');
}
