import * as z from 'zod';
import type { NamedResult, Regression } from './outcome.ts';

/** What was measured once, to hold later drills against: `--baseline FILE`. */
export const baselineSchema = z.strictObject({
  schema: z.literal('haplat.baseline/1'),
  drills: z.record(
    z.string(),
    z.strictObject({ downtimeP50Ms: z.number().nullable(), downtimeMaxMs: z.number().nullable(), restoreP50Ms: z.number().nullable(), resolutionMs: z.number() }),
  ),
});
export type Baseline = z.infer<typeof baselineSchema>;

/** What later drills are held against, by the drills' names. Null for what was not measured. */
export function toBaseline(drills: readonly NamedResult[]): Baseline {
  const entries = drills.map(({ name, result: { summary, runs } }) => {
    const numbers = {
      downtimeP50Ms: summary.downtimeMs?.p50 ?? null,
      downtimeMaxMs: summary.downtimeMs?.max ?? null,
      restoreP50Ms: summary.restoreMs?.p50 ?? null,
      resolutionMs: Math.max(0, ...runs.map((run) => run.resolutionMs)),
    };
    return [name, numbers] as const;
  });
  return { schema: 'haplat.baseline/1', drills: Object.fromEntries(entries) };
}

/** Drills that one of the two has and the other has not measured: nothing can be said of them. */
export function uncompared(baseline: Baseline, now: Baseline): string[] {
  const isMeasured = ({ drills }: Baseline, name: string) => typeof drills[name]?.downtimeP50Ms === 'number';
  return Object.keys(now.drills).filter((name) => !isMeasured(baseline, name) || !isMeasured(now, name));
}

const measures = ['downtimeP50Ms', 'downtimeMaxMs', 'restoreP50Ms'] as const;

/**
 * What has become slower by more than `tolerance` (0.2: a fifth) and by more than both measurements can tell apart.
 * A drill that the baseline does not have, or that could not be measured, is no regression.
 */
export function regressions(baseline: Baseline, now: Baseline, tolerance: number): Regression[] {
  return Object.entries(now.drills).flatMap(([drill, current]) => {
    const before = baseline.drills[drill];
    if (before === undefined) return [];
    const noiseMs = before.resolutionMs + current.resolutionMs;
    return measures.flatMap((measure) => {
      const [beforeMs, nowMs] = [before[measure], current[measure]];
      const isSlower = beforeMs !== null && nowMs !== null && nowMs > beforeMs * (1 + tolerance) && nowMs - beforeMs > noiseMs;
      return isSlower ? [{ drill, measure, beforeMs, nowMs }] : [];
    });
  });
}
