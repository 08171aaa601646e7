/** A sleep that others can end early; a call that comes while nobody sleeps ends the next one at once. */
export class Wake {
  #pending = false;
  #wakeUp: (() => void) | undefined;

  call(): void {
    this.#pending = true;
    this.#wakeUp?.();
  }

  /** Sleeps for `ms` at most. */
  async sleep(ms: number): Promise<void> {
    if (!this.#pending) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wakeUp = undefined;
    this.#pending = false;
  }
}
