import type { DrillInputs } from '../drill.ts';

type Waits = Pick<DrillInputs, 'holdMs' | 'recoverWithinMs' | 'requestTimeoutMs'>;

export const warmUpWithinMs = 30_000;
/** Until then the platform must have answered with ease for a while, if fewer requests may be sent: the first of a new process take long. */
export const atEaseWithinMs = 8000;
/** How long the look-ups of the ledger may take. */
export const settleMs = 60_000;
/** Until a fault is in place, and until it is undone, together: a rolling update takes its time. */
const injectWithinMs = 900_000;

/** How long the load may have to go on: recovery, the state after it, and that all is warm again, each have their time. */
export function loadLifeMs({ holdMs, recoverWithinMs }: Waits): number {
  return warmUpWithinMs + injectWithinMs + holdMs + 3 * recoverWithinMs;
}

/** How long the probe may take to end when it is told to. */
export function endWithinMs({ requestTimeoutMs }: Waits): number {
  return settleMs + requestTimeoutMs + warmUpWithinMs;
}

/** How long a run's watches may have to go on. */
export function watchLifeMs(waits: Waits): number {
  return loadLifeMs(waits) + endWithinMs(waits);
}
