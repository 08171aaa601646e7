import type { NamedResult } from './suite-outcome.ts';

interface Family {
  readonly name: string;
  readonly help: string;
  readonly unit?: 'seconds';
  readonly samples: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
}

/** OpenMetrics text (1.0), for a collector that reads files: gauges of the latest drills, times in seconds. */
export function toOpenMetrics(drills: readonly NamedResult[]): string {
  const each = (value: (named: NamedResult) => number | null) =>
    drills.flatMap((named) => {
      const found = value(named);
      return found === null ? [] : [[labelsOf(named), found] as const];
    });
  const families: Family[] = [
    {
      name: 'haplat_drill_verdict',
      help: '1 for the verdict of the drill',
      samples: drills.map((named) => [{ ...labelsOf(named), verdict: named.result.verdict }, 1] as const),
    },
    {
      name: 'haplat_drill_downtime_seconds',
      help: 'Longest time without an answer, by quantile of the runs',
      unit: 'seconds',
      samples: drills.flatMap((named) => quantiles(named)),
    },
    {
      name: 'haplat_drill_restore_seconds',
      help: 'Time until full redundancy, the median of the runs',
      unit: 'seconds',
      samples: each(({ result }) => seconds(result.summary.restoreMs?.p50)),
    },
    { name: 'haplat_drill_failed_requests', help: 'Requests that failed, all runs together', samples: each(({ result }) => result.summary.failedRequests) },
    { name: 'haplat_drill_lost_writes', help: 'Acknowledged writes that were lost', samples: each(({ result }) => result.summary.ackedWritesLost) },
  ];
  return [...families.flatMap(familyLines), '# EOF', ''].join('\n');
}

function labelsOf({ name, result }: NamedResult): Record<string, string> {
  return { project: result.project, drill: name, fault: result.fault.kind, target: result.fault.target };
}

function quantiles(named: NamedResult): [Record<string, string>, number][] {
  const { downtimeMs } = named.result.summary;
  if (downtimeMs === null) return [];
  const pairs = [['0', downtimeMs.min], ['0.5', downtimeMs.p50], ['0.95', downtimeMs.p95], ['1', downtimeMs.max]] as const;
  return pairs.map(([quantile, ms]) => [{ ...labelsOf(named), quantile }, ms / 1000]);
}

function seconds(ms: number | undefined): number | null {
  return ms === undefined ? null : ms / 1000;
}

function familyLines({ name, help, unit, samples }: Family): string[] {
  return [
    `# TYPE ${name} gauge`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${help}`,
    ...samples.map(([labels, value]) => `${name}{${Object.entries(labels).map(([key, text]) => `${key}="${quoted(text)}"`).join(',')}} ${value}`),
  ];
}

function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
