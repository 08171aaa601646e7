import { ownGap } from './downtime.ts';
import type { History, Transition } from './history.ts';
import { toTenth } from './tenth.ts';

/** Milliseconds from the injection, each from an event that was observed; null where none was. */
export interface Phases {
  /** The first node that said something was wrong: its check failed, or a virtual router changed state. */
  readonly detectedMs: number | null;
  /** Another node said that it is MASTER now. */
  readonly vipMovedMs: number | null;
  /** The cluster made sure that the node is dead. */
  readonly fencedMs: number | null;
  /** The success that ended the gap which the fault made; later gaps are not its own. */
  readonly firstSuccessMs: number | null;
  /** A fault that stays until it is undone was undone. */
  readonly healedMs: number | null;
  /** Every container healthy again, and one holder of the address. */
  readonly redundancyRestoredMs: number | null;
}

/** When each phase of a run was over, by what was observed. */
export function phasesOf(history: History): Phases {
  const { injectedAtMs, transitions, samples, intervalMs, restoredAtMs, healedAtMs } = history;
  const after = transitions.filter((one) => one.atMs >= injectedAtMs).toSorted((a, b) => a.atMs - b.atMs);
  const detected = after.find((one) => isAlarm(one) && !isBeginning(one, history));
  const moved = movedAtMs(history);
  const since = (atMs: number | undefined) => (atMs === undefined ? null : toTenth(atMs - injectedAtMs));
  return {
    detectedMs: since(detected?.atMs),
    vipMovedMs: since(moved),
    fencedMs: since(after.find((one) => one.kind === 'fencing' && one.state === 'fenced')?.atMs),
    firstSuccessMs: since(ownGap(samples, injectedAtMs, intervalMs, moved)?.toMs),
    healedMs: since(healedAtMs),
    redundancyRestoredMs: since(restoredAtMs),
  };
}

/** When another node said that it is MASTER now. */
export function movedAtMs({ transitions, injectedAtMs, holderBefore }: History): number | undefined {
  const masters = transitions.filter((one) => one.atMs >= injectedAtMs && one.state === 'MASTER' && one.node !== holderBefore);
  return masters.length === 0 ? undefined : Math.min(...masters.map((one) => one.atMs));
}

function isAlarm({ state }: Transition): boolean {
  return state === 'failed' || state === 'FAULT' || state === 'MASTER' || state === 'lost';
}

/** A node that died begins anew in FAULT until its load balancer answers: that detects nothing. */
function isBeginning({ node, atMs, state }: Transition, { deaths }: History): boolean {
  return state !== 'MASTER' && deaths.some((death) => death.node === node && death.atMs <= atMs);
}
