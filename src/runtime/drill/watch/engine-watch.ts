import { messageOf, OperationError } from '../../errors.ts';
import { steadyNowMs } from '../../steady-clock.ts';
import type { Engine, EngineEvent } from '../../engine/port.ts';
import { Changes } from './changes.ts';

const readyWithinMs = 10_000;

/** The project's events since the drill began, and a way to wait for one. */
export class EngineWatch implements AsyncDisposable {
  readonly events: EngineEvent[] = [];
  readonly #stop = new AbortController();
  readonly #changes = new Changes();
  /** Our clock less the Engine's, at most: an event's age when it came, of the quickest that did. */
  #aheadMs = Infinity;
  #following: Promise<void> = Promise.resolve();
  #lost: string | undefined;

  /** Resolves once nothing can be missed any more. */
  static async start(engine: Engine, project: string): Promise<EngineWatch> {
    const watch = new EngineWatch();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => {
      reject(new OperationError(`the Engine's events did not come within ${readyWithinMs} ms`));
    }, readyWithinMs);
    watch.#following = watch.#follow(engine, project, () => { resolve(undefined); }).catch((error: unknown) => {
      watch.#lost = messageOf(error);
      reject(error instanceof Error ? error : new OperationError(messageOf(error)));
      watch.#changes.tell();
    });
    try {
      await promise;
    } catch (error) {
      // Or its request, to which nobody answers, would keep the process.
      watch.#stop.abort();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    return watch;
  }

  /** Why nothing more is heard of the Engine; undefined while all is. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** The time on the Engine's clock, as near as its events tell; ours before there was one. */
  engineNowMs(): number {
    return steadyNowMs() - (this.#aheadMs === Infinity ? 0 : this.#aheadMs);
  }

  /** The first event, of those so far and those to come, that passes. Undefined when none does in time. */
  async find(passes: (event: EngineEvent) => boolean, withinMs: number, signal: AbortSignal): Promise<EngineEvent | undefined> {
    const until = performance.now() + withinMs;
    for (;;) {
      const found = this.events.find(passes);
      if (found !== undefined || performance.now() >= until) return found;
      if (this.#lost !== undefined) throw new OperationError(`the Engine's events were lost: ${this.#lost}`);
      await this.changed(until - performance.now(), signal);
    }
  }

  /** Waits for the next event, `withinMs` at most. */
  changed(withinMs: number, signal: AbortSignal): Promise<void> {
    return this.#changes.next(withinMs, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #follow(engine: Engine, project: string, onReady: () => void): Promise<void> {
    for await (const event of engine.events({ project, signal: this.#stop.signal, onReady })) {
      this.events.push(event);
      this.#aheadMs = Math.min(this.#aheadMs, steadyNowMs() - event.atMs);
      this.#changes.tell();
    }
    if (!this.#stop.signal.aborted) throw new OperationError('they ended');
  }
}
