import { steadyNowMs } from '../../steady-clock.ts';
import type { BusyWindow } from '../judge/history.ts';

const windowMs = 250;

/**
 * Tells each quarter of a second how busy the event loop was, what it waited for a processor included: with no time to
 * spare, the probe's own delays pass for the platform's. Times are `steadyNowMs`'s.
 */
export class BusyMeter {
  readonly #timer: NodeJS.Timeout;
  readonly #tell: (window: BusyWindow) => void;
  #last = performance.eventLoopUtilization();
  #fromMs = steadyNowMs();

  constructor(tell: (window: BusyWindow) => void) {
    this.#tell = tell;
    this.#timer = setInterval(() => {
      this.#measure();
    }, windowMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#measure();
  }

  #measure(): void {
    const now = performance.eventLoopUtilization();
    const toMs = steadyNowMs();
    this.#tell({ fromMs: this.#fromMs, toMs, share: performance.eventLoopUtilization(now, this.#last).utilization });
    this.#last = now;
    this.#fromMs = toMs;
  }
}
