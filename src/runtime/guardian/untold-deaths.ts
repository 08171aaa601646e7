import type { EngineEvent } from '../engine/port.ts';
import type { Watched } from './model.ts';

/** A death that the list does not show after so long is one that a lost event has ended. */
const keptMs = 10_000;

/**
 * Deaths that the Engine's events have told of and its list does not show yet. The Engine lists a dead container as
 * running until it has taken its networks and mounts away (seen on 20.10): some tenths of a second, and over a second on
 * a machine that is busy, with errors for a dead database for instance.
 */
export class UntoldDeaths {
  readonly #sinceMs = new Map<string, number>();

  note({ action, service }: Pick<EngineEvent, 'action' | 'service'>, nowMs: number): void {
    if (action === 'die') this.#sinceMs.set(service, nowMs);
    if (action === 'start') this.#sinceMs.delete(service);
  }

  /** What the list shows now. */
  look(observed: readonly Pick<Watched, 'service' | 'state'>[], nowMs: number): void {
    const running = new Set(observed.filter(({ state }) => state === 'running').map(({ service }) => service));
    for (const [service, sinceMs] of this.#sinceMs) {
      if (!running.has(service) || nowMs - sinceMs > keptMs) this.#sinceMs.delete(service);
    }
  }

  get isAny(): boolean {
    return this.#sinceMs.size > 0;
  }
}
