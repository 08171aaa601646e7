import { pause } from './backoff.ts';
import type { AvailabilityGate } from './db/gate.ts';

/** A database that restarts is away from all at once, and each learns of it by its own next request. */
const patienceMs = 1_000;
const askEachMs = 1_000;

export interface StandBackOptions {
  readonly gate: Pick<AvailabilityGate, 'up' | 'downForMs'>;
  /** Whether another replica can do its work. */
  readonly anotherIsReady: () => Promise<boolean>;
  readonly onChange: (standsBack: boolean) => void;
  readonly signal: AbortSignal;
  /** How time passes; by the clock, unless a test says otherwise. */
  readonly pause?: typeof pause;
}

/**
 * Keeps requests away from a replica that alone has lost its way to the database: a balancer that shares them out would
 * have it refuse its part for as long as that lasts. While no replica has one, each takes its part and says what is missing.
 */
export class StandBack {
  readonly #options: StandBackOptions;
  #anotherIsReady = false;

  constructor(options: StandBackOptions) {
    this.#options = options;
  }

  /** Another replica should be asked. */
  get isOn(): boolean {
    return this.#anotherIsReady && !this.#options.gate.up;
  }

  /** Looks until aborted. Never throws. */
  async run(): Promise<void> {
    const { gate, anotherIsReady, onChange, signal } = this.#options;
    const rest = this.#options.pause ?? pause;
    while (!signal.aborted) {
      await rest(askEachMs, signal);
      const was = this.#anotherIsReady;
      this.#anotherIsReady = gate.downForMs > patienceMs && (await anotherIsReady());
      if (this.#anotherIsReady !== was) onChange(this.#anotherIsReady);
    }
  }
}
