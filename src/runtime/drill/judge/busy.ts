import { baselineMs } from './downtime.ts';
import type { BusyWindow } from './history.ts';

/**
 * The share of the steady state's time in which the probe had something to do; null where it told nothing of that time.
 * Windows that reach out of it count with what lies inside.
 */
export function busyBefore(windows: readonly BusyWindow[], injectedAtMs: number): number | null {
  const inside = windows.map(({ fromMs, toMs, share }) => ({
    forMs: Math.max(0, Math.min(toMs, injectedAtMs) - Math.max(fromMs, injectedAtMs - baselineMs)),
    share,
  }));
  const totalMs = inside.reduce((sum, { forMs }) => sum + forMs, 0);
  if (totalMs === 0) return null;
  return Math.round((inside.reduce((sum, { forMs, share }) => sum + forMs * share, 0) / totalMs) * 1000) / 1000;
}

/** With less than this to spare, answers wait for the probe as well (queueing: at 85 % each waits for more than five others). */
const littleToSpare = 0.85;

/** What to say beside a failure of the time after; nothing where the probe had time to spare. */
export function busyHints(share: number | null): string[] {
  if (share === null || share < littleToSpare) return [];
  return [`the probe itself was busy for ${Math.round(share * 100)} % of the second before: it may be what swamps this machine, so lower --rate`];
}
