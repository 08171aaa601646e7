import type { History, LedgerEntry, ProbeMode, Sample } from '../../../../../src/runtime/drill/judge/history.ts';

/** The fault, in epoch milliseconds. */
export const fault = 1_700_000_000_000;

/** Requests each 10 ms from 1 s before the fault to 4 s after it; those due in one of the spans (from the fault) fail. */
export function samplesWith(spans: readonly (readonly [number, number])[], mode: ProbeMode = 'fresh'): Sample[] {
  return Array.from({ length: 500 }, (_, index) => {
    const due = index * 10 - 1000;
    const ok = !spans.some(([from, to]) => due >= from && due < to);
    return { mode, dueMs: fault + due, startMs: fault + due, endMs: fault + due + 2, ok, error: ok ? '' : 'ECONNREFUSED' };
  });
}

export function history(changes: Partial<History> = {}): History {
  return {
    samples: samplesWith([]),
    busy: [],
    intervalMs: 10,
    injectedAtMs: fault,
    transitions: [],
    deaths: [],
    healedAtMs: undefined,
    holderBefore: 'keepalived_1',
    restoredAtMs: fault + 2000,
    isSteadyAgain: true,
    ledger: [],
    holders: [],
    cutOff: [],
    unseen: [],
    endedAtMs: fault + 4000,
    ...changes,
  };
}

/** An item written, processed and found as it should be. */
export function entry(changes: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    key: 'k-1',
    name: 'drill k-1',
    atMs: fault + 3000,
    create: 'acknowledged',
    itemId: 'i-1',
    process: 'acknowledged',
    jobId: 'j-1',
    found: [{ id: 'i-1', name: 'drill k-1', processedCount: 1 }],
    job: 'done',
    ...changes,
  };
}
