import type { History, LedgerEntry } from './history.ts';

/** An item was created and its job accepted: the application took the whole of it. */
const isAcknowledged = ({ create, process }: LedgerEntry): boolean => create === 'acknowledged' && process === 'acknowledged';

/**
 * The longest time after the fault in which writes were begun and none of them was acknowledged, in ms: from the first of
 * those to the next that was, or to the end. Reads may go on where writes do not.
 */
export function writePauseMs({ ledger, injectedAtMs, endedAtMs }: Pick<History, 'ledger' | 'injectedAtMs' | 'endedAtMs'>): number {
  let longestMs = 0;
  let fromMs: number | undefined;
  for (const entry of ledger.filter(({ atMs }) => atMs >= injectedAtMs).toSorted((a, b) => a.atMs - b.atMs)) {
    if (!isAcknowledged(entry)) fromMs ??= entry.atMs;
    else if (fromMs !== undefined) {
      longestMs = Math.max(longestMs, entry.atMs - fromMs);
      fromMs = undefined;
    }
  }
  return fromMs === undefined ? longestMs : Math.max(longestMs, endedAtMs - fromMs);
}

/** Whether a write that was begun when all was healthy again was acknowledged. Where none ever was, or all never healthy, nobody can say. */
export function writesAgain({ ledger, restoredAtMs }: Pick<History, 'ledger' | 'restoredAtMs'>): boolean | undefined {
  if (restoredAtMs === undefined || !ledger.some(isAcknowledged)) return undefined;
  return ledger.some((entry) => entry.atMs >= restoredAtMs && isAcknowledged(entry));
}
