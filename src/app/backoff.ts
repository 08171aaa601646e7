import { setTimeout as sleep } from 'node:timers/promises';

/** How waits grow: `initialMs`, doubled each time up to `maxMs`, each drawn from its upper half (equal jitter). */
export interface BackoffPolicy {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** For dependencies that restart: quick at first, never a hammer. */
export const reconnectPolicy: BackoffPolicy = { initialMs: 100, maxMs: 2_000 };

/**
 * The wait before attempt number `attempt` (0 is the first retry), in ms.
 * `random` in [0, 1) makes it testable; the half that jitters keeps replicas from coming back in step.
 */
export function backoffMs(policy: BackoffPolicy, attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(policy.maxMs, policy.initialMs * 2 ** Math.min(attempt, 30));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}

/** Waits `ms`, or until `signal` aborts, whichever is first; never throws. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return;
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

export interface RetryOptions {
  readonly policy: BackoffPolicy;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown, attempt: number, waitMs: number) => void;
}

/**
 * Repeats `attempt` until it succeeds. One that lasts says by `progressed` that it works: when it fails later, that is a
 * first failure again. Resolves to undefined when `signal` aborts first.
 */
export async function retry<T>(attempt: (progressed: () => void) => Promise<T>, options: RetryOptions): Promise<T | undefined> {
  let failures = 0;
  while (!options.signal.aborted) {
    try {
      return await attempt(() => { failures = 0; });
    } catch (error) {
      const waitMs = backoffMs(options.policy, failures);
      failures += 1;
      options.onError(error, failures, waitMs);
      await pause(waitMs, options.signal);
    }
  }
  return undefined;
}
