import { build } from 'hdr-histogram-js';
import type { Sample } from './history.ts';

export interface RequestCounts {
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  /** By what went wrong. */
  readonly errors: Readonly<Record<string, number>>;
}

/** How many requests there were, and what went wrong with how many. */
export function countRequests(samples: readonly Sample[]): RequestCounts {
  const errors: Record<string, number> = {};
  for (const { ok, error } of samples) {
    if (!ok) errors[error] = (errors[error] ?? 0) + 1;
  }
  const failed = Object.values(errors).reduce((sum, count) => sum + count, 0);
  return { sent: samples.length, ok: samples.length - failed, failed, errors };
}

export interface Latency {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

const unitsPerMs = 100;

/**
 * Of the requests that succeeded, from when each was due, not from when it was sent: a request held up behind others
 * counts with the time that a client would have waited (no coordinated omission). Undefined without a success.
 */
export function latencyOf(samples: readonly Sample[]): Latency | undefined {
  const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000 * unitsPerMs, numberOfSignificantValueDigits: 3 });
  for (const { ok, dueMs, endMs } of samples) {
    if (ok) histogram.recordValue(Math.max(1, Math.round((endMs - dueMs) * unitsPerMs)));
  }
  if (histogram.totalCount === 0) return undefined;
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / unitsPerMs;
  return { p50: at(50), p90: at(90), p99: at(99), max: histogram.maxValue / unitsPerMs };
}
