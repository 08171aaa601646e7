import { backoffMs, pause, type BackoffPolicy } from '../backoff.ts';

// An outage is asked about often: the probe is one small connection for the whole process.
const probePolicy: BackoffPolicy = { initialMs: 50, maxMs: 400 };

export interface GateOptions {
  /** Succeeds if the dependency can be used. Must have a deadline of its own. */
  readonly probe: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly onDown?: (cause: unknown) => void;
  readonly onUp?: (downMs: number) => void;
  readonly now?: () => number;
}

/**
 * Knows whether a dependency is there, so that work fails at once while it is not, instead of each request
 * finding out by its own timeout. Anyone who meets a broken connection calls `trip`; a single probe opens it again.
 */
export class AvailabilityGate {
  readonly #options: GateOptions;
  readonly #now: () => number;
  readonly #waiters = new Set<() => void>();
  #up = false;
  #probing = false;
  #downSince: number;
  #lastFailure: unknown;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#downSince = this.#now();
  }

  get up(): boolean {
    return this.#up;
  }

  /** How long it has been down, in ms; 0 when up. */
  get downForMs(): number {
    return this.#up ? 0 : this.#now() - this.#downSince;
  }

  /** Why it was down when it was last asked; undefined when up. */
  get lastFailure(): unknown {
    return this.#up ? undefined : this.#lastFailure;
  }

  /** Starts looking for the dependency. */
  start(): void {
    void this.#probeUntilUp();
  }

  /** Closes the gate: a connection broke with `cause`. */
  trip(cause: unknown): void {
    if (!this.#up) return;
    this.#up = false;
    this.#downSince = this.#now();
    this.#lastFailure = cause;
    this.#options.onDown?.(cause);
    void this.#probeUntilUp();
  }

  /** Resolves to whether the gate is open, after `timeoutMs` at the latest (and at once when aborted). */
  async waitUntilUp(timeoutMs: number, signal: AbortSignal = this.#options.signal): Promise<boolean> {
    if (this.#up || timeoutMs <= 0 || signal.aborted) return this.#up;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', finish);
        this.#waiters.delete(finish);
        resolve();
      };
      // setTimeout's own limit is 2^31 - 1 ms.
      const timer = setTimeout(finish, Math.min(timeoutMs, 2 ** 31 - 1));
      signal.addEventListener('abort', finish, { once: true });
      this.#waiters.add(finish);
    });
    return this.#up;
  }

  async #probeUntilUp(): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    const { probe, signal, onUp } = this.#options;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        await probe();
        break;
      } catch (error) {
        this.#lastFailure = error;
        await pause(backoffMs(probePolicy, attempt), signal);
      }
    }
    this.#probing = false;
    if (signal.aborted) return;
    const downMs = this.downForMs;
    this.#up = true;
    for (const wake of [...this.#waiters]) wake();
    onUp?.(downMs);
  }
}
