import { pause } from './backoff.ts';

/** How `haplat serve` starts an entry point: with an environment, and a signal that means SIGTERM or SIGINT. */
export interface ServeOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Resolves when `signal` aborts. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => { resolve(); }, { once: true });
  });

/** Waits for all of `work`, failed or not, but no longer than `ms`. */
export async function settleWithin(ms: number, work: readonly Promise<unknown>[]): Promise<void> {
  const done = new AbortController();
  await Promise.race([Promise.allSettled(work), pause(Math.max(ms, 0), done.signal)]);
  done.abort();
}
