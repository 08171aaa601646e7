import { InterruptedError } from '../../errors.ts';

/** Lets one side tell that something has changed, and others wait until it does. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Waits for the next change, `withinMs` at most. Rejects with InterruptedError when the signal is, or was, aborted. */
  async next(withinMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new InterruptedError();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const onChange = () => { resolve(undefined); };
    const onAbort = () => { reject(new InterruptedError()); };
    const timer = setTimeout(onChange, Math.max(0, withinMs));
    this.#listeners.add(onChange);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(onChange);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
