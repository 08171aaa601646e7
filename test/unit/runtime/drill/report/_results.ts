import type { DrillResult } from '../../../../../src/runtime/drill/drill.ts';
import type { History } from '../../../../../src/runtime/drill/judge/history.ts';
import { judgeRun } from '../../../../../src/runtime/drill/judge/judge-run.ts';
import { summarise, verdictOf } from '../../../../../src/runtime/drill/judge/summary.ts';
import type { NamedResult } from '../../../../../src/runtime/drill/suite/outcome.ts';

/** What `runDrill` makes of these histories. */
export function named(name: string, histories: readonly History[]): NamedResult {
  const objectives = { maxDowntimeMs: 1000, maxLostWrites: 0 };
  const runs = histories.map((history) => ({ ...judgeRun(history, objectives), targets: ['traefik_1'], rate: 100 }));
  const result: DrillResult = {
    schema: 'haplat.drill/1',
    project: 'haplat',
    verdict: verdictOf(runs.map((run) => run.verdict)),
    reasons: runs.flatMap((run) => run.reasons),
    fault: { kind: 'kill', target: 'traefik_1' },
    seed: 7,
    objectives,
    summary: summarise(runs),
    runs,
    histories,
  };
  return { name, result, durationMs: 12_345 };
}
