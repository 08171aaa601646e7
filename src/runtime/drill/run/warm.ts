import { baselineMs } from '../judge/downtime.ts';
import type { Sample } from '../judge/history.ts';
import { leastSamples } from '../limits.ts';

/** Whether each mode has had nothing but successes for as long as a baseline takes. */
export function isWarm(samples: readonly Sample[]): boolean {
  const modes = Map.groupBy(samples, (sample) => sample.mode);
  const sinceMs = lastEndMs(samples) - baselineMs;
  return modes.size > 0 && [...modes.values()].every((sent) => {
    const latest = sent.filter((sample) => sample.endMs > sinceMs);
    return latest.length < sent.length && latest.length >= leastSamples && latest.every((sample) => sample.ok);
  });
}

/** So many requests of one mode under way at once are more than few processors work on: they wait for each other. */
const mostUnderWay = 4;

/**
 * Whether the platform has had more to do than it could for as long as a baseline takes: by how many requests were under
 * way at once on the average, which is their rate times the time that each took (Little's law).
 */
export function isSwamped(samples: readonly Sample[], rate: number): boolean {
  const sinceMs = lastEndMs(samples) - baselineMs;
  const latest = samples.filter((sample) => sample.endMs > sinceMs);
  const totalMs = latest.reduce((sum, { dueMs, endMs }) => sum + endMs - dueMs, 0);
  return latest.length > 0 && (totalMs / latest.length / 1000) * rate > mostUnderWay;
}

/** When the latest answer was there, or its request given up, on the samples' clock; 0 before the first. */
export function lastEndMs(samples: readonly Sample[]): number {
  return samples.at(-1)?.endMs ?? 0;
}
