import { baselineMs } from './judge/downtime.ts';
import type { Sample } from './judge/history.ts';

/** The least number of requests in a baseline. */
const warmUpSuccesses = 10;

/** Whether each mode has had nothing but successes for as long as a baseline takes. */
export function isWarm(samples: readonly Sample[]): boolean {
  const modes = Map.groupBy(samples, (sample) => sample.mode);
  const sinceMs = lastEndMs(samples) - baselineMs;
  return modes.size > 0 && [...modes.values()].every((sent) => {
    const latest = sent.filter((sample) => sample.endMs > sinceMs);
    return latest.length < sent.length && latest.length >= warmUpSuccesses && latest.every((sample) => sample.ok);
  });
}

export function lastEndMs(samples: readonly Sample[]): number {
  return samples.at(-1)?.endMs ?? 0;
}
