import { Gauge, openMetricsContentType, Registry, type OpenMetricsContentType } from 'prom-client';
import { isMeasured, regressionsOf, type NamedResult, type SuiteOutcome } from '../suite/outcome.ts';

const labelNames = ['project', 'drill', 'fault', 'target'] as const;
type Labels = Readonly<Record<(typeof labelNames)[number], string>>;

/** OpenMetrics text (1.0), for a collector that reads files: gauges of the latest drills, times in seconds. */
export async function toOpenMetrics(outcome: SuiteOutcome): Promise<string> {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(openMetricsContentType);
  const gauge = <Extra extends string = never>(name: string, help: string, ...extra: readonly Extra[]) =>
    new Gauge<keyof Labels | Extra>({ name: `haplat_drill_${name}`, help, labelNames: [...labelNames, ...extra], registers: [registry] });
  const verdict = gauge('verdict', '1 for the verdict of the drill', 'verdict');
  const downtime = gauge('downtime_seconds', 'Longest time without an answer, by quantile of the runs', 'quantile');
  const restore = gauge('restore_seconds', 'Time until full redundancy, the median of the runs');
  const failedRequests = gauge('failed_requests', 'Requests that failed, all runs together');
  const lostWrites = gauge('lost_writes', 'Acknowledged writes that were lost');
  const slower = gauge('regressions', 'Measures that are worse than the baseline allows');
  for (const one of outcome.drills) {
    const { name: drill, result: { project, fault: { kind: fault, target }, verdict: judged, summary } } = one;
    const labels: Labels = { project, drill, fault, target };
    verdict.set({ ...labels, verdict: judged }, 1);
    for (const [quantile, ms] of quantiles(summary.downtimeMs)) downtime.set({ ...labels, quantile }, ms / 1000);
    // What was not measured has no value.
    if (summary.restoreMs !== null) restore.set(labels, summary.restoreMs.p50 / 1000);
    if (isMeasured(one)) {
      failedRequests.set(labels, summary.failedRequests);
      lostWrites.set(labels, summary.ackedWritesLost);
    }
    if (outcome.regressions !== undefined) slower.set(labels, regressionsOf(drill, outcome).length);
  }
  return registry.metrics();
}

function quantiles(spread: NamedResult['result']['summary']['downtimeMs']): (readonly [quantile: string, ms: number])[] {
  return spread === null ? [] : [['0', spread.min], ['0.5', spread.p50], ['0.95', spread.p95], ['1', spread.max]];
}
