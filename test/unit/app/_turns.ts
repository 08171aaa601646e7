import type { pause } from '../../../src/app/backoff.ts';

/** Time for something that does its work, pauses, and does it again: each pause lasts until the test lets the next turn begin. */
export class Turns {
  #isPausing = Promise.withResolvers<undefined>();
  #end: () => void = () => undefined;

  readonly pause: typeof pause = async (_ms, signal) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#end = () => { resolve(undefined); };
    signal.addEventListener('abort', this.#end);
    if (signal.aborted) this.#end();
    this.#isPausing.resolve(undefined);
    await promise;
  };

  /** Ends the pause, and resolves when all is done that is done until the next. */
  async next(): Promise<void> {
    await this.#isPausing.promise;
    this.#isPausing = Promise.withResolvers();
    this.#end();
    await this.#isPausing.promise;
  }
}
