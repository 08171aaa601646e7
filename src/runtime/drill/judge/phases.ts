import { worstDowntime } from './downtime.ts';
import type { History } from './history.ts';

/** Milliseconds from the injection, each from an event that was observed; null where none was. */
export interface Phases {
  /** The first node that said something was wrong: its check failed, or its virtual router changed state. */
  readonly detectedMs: number | null;
  /** Another node said that it is MASTER now. */
  readonly vipMovedMs: number | null;
  /** The success that ended the longest gap. */
  readonly firstSuccessMs: number | null;
  /** Every container healthy again, and one holder of the address. */
  readonly redundancyRestoredMs: number | null;
}

export function phasesOf(history: History): Phases {
  const { injectedAtMs, transitions, holderBefore, samples, intervalMs, restoredAtMs } = history;
  const after = transitions.filter((one) => one.atMs >= injectedAtMs).toSorted((a, b) => a.atMs - b.atMs);
  const detected = after.find((one) => one.state !== 'serving');
  const moved = after.find((one) => one.state === 'MASTER' && one.node !== holderBefore);
  const since = (atMs: number | undefined) => (atMs === undefined ? null : Math.round((atMs - injectedAtMs) * 10) / 10);
  return {
    detectedMs: since(detected?.atMs),
    vipMovedMs: since(moved?.atMs),
    firstSuccessMs: since(worstDowntime(samples, injectedAtMs, intervalMs)?.toMs),
    redundancyRestoredMs: since(restoredAtMs),
  };
}
