import type { DrillResult } from '../drill.ts';

/** The document of `failover --json`: everything but what each run saw request by request. */
export function toDrillJson(result: DrillResult): Omit<DrillResult, 'histories'> {
  const { histories: _, ...document } = result;
  return document;
}
