import { messageOf } from '../errors.ts';
import type { Log } from './model.ts';

/** What may fail and must not keep the guardian from the rest. */
export class Attempts {
  readonly #log: Log;
  readonly #failing = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** What the call gives, or undefined: a failure is told of as `event` with `about`, once until the same works again. */
  async make<T>(event: string, call: () => Promise<T>, about: Readonly<Record<string, string>> = {}): Promise<T | undefined> {
    const key = JSON.stringify([event, about]);
    try {
      const result = await call();
      this.#failing.delete(key);
      return result;
    } catch (error) {
      if (!this.#failing.has(key)) this.#log('warn', { event, ...about, message: messageOf(error) });
      this.#failing.add(key);
      return undefined;
    }
  }
}
