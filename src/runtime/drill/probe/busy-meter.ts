import { steadyNowMs } from '../../steady-clock.ts';
import type { BusyWindow } from '../judge/history.ts';

/** What it reads, and how often. */
export interface BusyGauges {
  readonly windowMs: number;
  /** On the clock that the windows are to be on. */
  readonly nowMs: () => number;
  /** How much of the time since it was asked last the event loop was busy, of 1. */
  readonly shareSinceLast: () => number;
}

/**
 * Tells each quarter of a second how busy the event loop was, what it waited for a processor included: with no time to
 * spare, the probe's own delays pass for the platform's. Times are `steadyNowMs`'s.
 */
export class BusyMeter {
  readonly #timer: NodeJS.Timeout;
  readonly #tell: (window: BusyWindow) => void;
  readonly #gauges: BusyGauges;
  #fromMs: number;

  constructor(tell: (window: BusyWindow) => void, gauges: BusyGauges = { windowMs: 250, nowMs: steadyNowMs, shareSinceLast: loopGauge() }) {
    this.#tell = tell;
    this.#gauges = gauges;
    this.#fromMs = gauges.nowMs();
    this.#timer = setInterval(() => {
      this.#measure();
    }, gauges.windowMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#measure();
  }

  #measure(): void {
    const toMs = this.#gauges.nowMs();
    this.#tell({ fromMs: this.#fromMs, toMs, share: this.#gauges.shareSinceLast() });
    this.#fromMs = toMs;
  }
}

/** This process's event loop, from now on. */
export function loopGauge(): BusyGauges['shareSinceLast'] {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
