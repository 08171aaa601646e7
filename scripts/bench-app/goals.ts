import { spreadOf, type Row } from '../bench/measure.ts';

/** Compares rates measured in turns: ours over the peer's, the median of the pairs. */
export function atLeast(what: string, ours: readonly number[], peer: readonly number[], minRatio: number): Row {
  const ratio = ratioOf(ours, peer);
  return { what, ours: shown(ours, 0), peer: shown(peer, 0), ratio, goal: `≥ ${minRatio.toFixed(1)} ×`, met: Number.isFinite(ratio) && ratio >= minRatio };
}

/** Compares latencies measured in turns, in milliseconds: ours must be the lower ones. */
export function lower(what: string, ours: readonly number[], peer: readonly number[]): Row {
  const ratio = ratioOf(ours, peer);
  return { what, ours: `${shown(ours, 1)} ms`, peer: `${shown(peer, 1)} ms`, ratio, goal: '< 1.0 ×', met: ratio < 1 };
}

const ratioOf = (ours: readonly number[], peer: readonly number[]): number =>
  spreadOf(ours.map((value, index) => value / (peer[index] ?? Number.NaN))).median;

function shown(values: readonly number[], digits: number): string {
  const { min, median, max } = spreadOf(values);
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}
