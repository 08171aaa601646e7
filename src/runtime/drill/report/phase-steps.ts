import type { Phases } from '../judge/phases.ts';

export interface PhaseStep {
  readonly name: string;
  /** For where there is little room. */
  readonly short: string;
  /** From the fault; null where it was not seen. */
  readonly atMs: number | null;
}

/** The phases of a run, for every report in the same order. Not every fault is undone, and not every platform fences. */
export function phaseSteps(phases: Phases): PhaseStep[] {
  return [
    { name: 'detected', short: 'detected', atMs: phases.detectedMs },
    ...(phases.fencedMs === null ? [] : [{ name: 'fenced', short: 'fenced', atMs: phases.fencedMs }]),
    { name: 'address moved', short: 'moved', atMs: phases.vipMovedMs },
    { name: 'first success', short: 'success', atMs: phases.firstSuccessMs },
    ...(phases.healedMs === null ? [] : [{ name: 'fault undone', short: 'undone', atMs: phases.healedMs }]),
    { name: 'redundancy restored', short: 'restored', atMs: phases.redundancyRestoredMs },
  ];
}
