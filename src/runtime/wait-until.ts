import { setTimeout as pause } from 'node:timers/promises';
import { InterruptedError } from './errors.ts';

export interface Patience {
  readonly timeoutMs: number;
  /** Between the end of a look and the next. */
  readonly pollMs: number;
  readonly signal?: AbortSignal;
}

/** How long to wait at most, and what ends it earlier. */
export type Deadline = Pick<Patience, 'timeoutMs'> & { readonly signal: AbortSignal };

/** Whether something has come to be so before time was up. The rest is as for `waitUntil`. */
export async function waitFor(isSo: () => Promise<boolean>, patience: Patience): Promise<boolean> {
  return (await waitUntil(async () => ((await isSo()) ? true : undefined), patience)) === true;
}

/**
 * Looks again and again until the look finds something (anything but undefined) and returns that; undefined when time is
 * up, after a last look. Throws InterruptedError on an abort, and whatever a look throws.
 */
export async function waitUntil<T>(look: () => Promise<T | undefined>, { timeoutMs, pollMs, signal }: Patience): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (signal?.aborted === true) throw new InterruptedError();
    const found = await look();
    if (found !== undefined || performance.now() > deadline) return found;
    // An abort is noticed above.
    await pause(pollMs, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  }
}

/** What the last look finds, when none before it has found nothing. The rest is as for `waitUntil`. */
export async function stillFound<T>(look: () => Promise<readonly T[]>, patience: Patience): Promise<readonly T[]> {
  let found: readonly T[] = [];
  await waitFor(async () => {
    found = await look();
    return found.length === 0;
  }, patience);
  return found;
}
