/** How late a request may be sent. A slot missed by more is skipped: catching up would be a burst that no client made. */
const latestMs = 50;

export interface Lateness {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly skipped: number;
}

/**
 * Calls `fire` each 1/rate seconds, whether or not what it started has ended. Due times are multiples of the interval,
 * so lateness does not add up.
 */
export class OpenLoop {
  readonly #intervalMs: number;
  readonly #fire: (dueMs: number) => void;
  readonly #startMs: number;
  readonly #lateMs: number[] = [];
  #next = 0;
  #skipped = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `startMs` and what `fire` is given are on the clock of `performance.now()`. */
  constructor(rate: number, startMs: number, fire: (dueMs: number) => void) {
    this.#intervalMs = 1000 / rate;
    this.#startMs = startMs;
    this.#fire = fire;
    this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  get lateness(): Lateness {
    const sorted = this.#lateMs.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: sorted.at(-1) ?? 0, skipped: this.#skipped };
  }

  #due(slot: number): number {
    return this.#startMs + slot * this.#intervalMs;
  }

  #arm(): void {
    // Timers have whole milliseconds: rounding up would add half a millisecond to each.
    this.#timer = setTimeout(() => {
      this.#run();
    }, Math.max(0, Math.floor(this.#due(this.#next) - performance.now())));
  }

  #run(): void {
    const now = performance.now();
    for (let due = this.#due(this.#next); due <= now; due = this.#due(this.#next)) {
      this.#next += 1;
      const late = now - due;
      if (late > Math.max(latestMs, this.#intervalMs)) {
        this.#skipped += 1;
      } else {
        this.#lateMs.push(late);
        this.#fire(due);
      }
    }
    this.#arm();
  }
}
