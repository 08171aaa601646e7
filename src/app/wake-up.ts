/** A bell for one sleeper: rung while nobody sleeps, it ends the next sleep at once. */
export class WakeUp {
  #rung = false;
  #ring: (() => void) | undefined;

  /** Ends the sleep, or the next one. */
  wake(): void {
    this.#rung = true;
    this.#ring?.();
  }

  /** Sleeps until rung, aborted, or for `timeoutMs`. */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const finish = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', finish);
          resolve();
        };
        const timer = setTimeout(finish, timeoutMs);
        signal.addEventListener('abort', finish, { once: true });
        this.#ring = finish;
      });
      this.#ring = undefined;
    }
    this.#rung = false;
  }
}
