import { ConfigError, InterruptedError } from '../errors.ts';
import type { DrillInputs, DrillResult } from './drill.ts';
import { judgeRun } from './judge/judge-run.ts';
import type { RunResult } from './judge/judge-run.ts';
import type { History } from './judge/history.ts';
import { checkLedger } from './judge/ledger.ts';
import { summarise, verdictOf } from './judge/summary.ts';
import { runOnce } from './run-once.ts';
import { readSteadyState } from './steady-state.ts';
import type { SteadyState } from './steady-state.ts';
import { setTimeout as delay } from 'node:timers/promises';

/** The first run starts from what is there; before the others, what the run before has broken may take its time. */
const steadyWithinMs = { first: 3000, later: 120_000 };
const lookEachMs = 500;

/**
 * Runs a drill: breaks the platform, measures what clients notice, and judges. Rejects with ConfigError when the target
 * is nothing of this platform, InterruptedError when the signal aborts (healed, the probe removed), OperationError when
 * the Engine fails. A drill that could not be carried out as planned resolves, inconclusive, with the reason.
 */
export async function runDrill(inputs: DrillInputs): Promise<DrillResult> {
  const { engine, project, vip, fault, objectives } = inputs;
  rejectUnknownTargets(inputs, await readSteadyState(engine, project, vip));
  const results: RunResult[] = [];
  const histories: (History | undefined)[] = [];
  const reasons: string[] = [];
  for (let run = 1; run <= inputs.runs; run += 1) {
    inputs.onEvent({ kind: 'checking', run });
    const steady = await steadyState(inputs, run);
    const isForced = steady.problems.length > 0 && inputs.force;
    if (isForced) reasons.push(`not steady before run ${run}, forced: ${steady.problems.join('; ')}`);
    const outcome =
      steady.problems.length > 0 && !inputs.force
        ? { inconclusive: `not steady before the fault: ${steady.problems.join('; ')}` }
        : await runOnce(inputs, run, steady);
    const result = 'history' in outcome ? judgeRun(outcome.history, objectives) : unmeasured(outcome.inconclusive, inputs.rate);
    results.push(result);
    histories.push('history' in outcome ? outcome.history : undefined);
    inputs.onEvent({ kind: 'judged', run, result });
    if (!('history' in outcome)) break;
  }
  const manyRuns = results.length > 1;
  return {
    schema: 'haplat.drill/1',
    project,
    verdict: verdictOf(results.map((result) => result.verdict)),
    reasons: [
      ...reasons,
      ...results.flatMap((result, index) => result.reasons.map((reason) => (manyRuns ? `run ${index + 1}: ${reason}` : reason))),
    ],
    fault: { kind: fault.kind, target: fault.targets.join(',') },
    objectives,
    summary: summarise(results),
    runs: results,
    histories,
  };
}

function rejectUnknownTargets({ fault }: DrillInputs, { services }: SteadyState): void {
  const unknown = fault.targets.find((target) => !services.has(target));
  if (unknown === undefined) return;
  throw new ConfigError(`--${fault.kind}: there is no ${unknown}`, {
    remedy: services.size === 0 ? 'run `haplat up` first' : `use one of ${[...services.keys()].toSorted().join(', ')}`,
  });
}

async function steadyState(inputs: DrillInputs, run: number): Promise<SteadyState> {
  const { engine, project, vip, signal, force } = inputs;
  const until = performance.now() + (run === 1 ? steadyWithinMs.first : steadyWithinMs.later);
  for (;;) {
    if (signal.aborted) throw new InterruptedError();
    const steady = await readSteadyState(engine, project, vip);
    if (steady.problems.length === 0 || (force && run === 1) || performance.now() >= until) return steady;
    await delay(lookEachMs);
  }
}

/** A run that did not get as far as a history. */
function unmeasured(reason: string, rate: number): RunResult {
  return {
    verdict: 'inconclusive',
    reasons: [reason],
    downtimeMs: null,
    resolutionMs: 1000 / rate,
    outages: 0,
    failedTimeMs: 0,
    requests: { sent: 0, ok: 0, failed: 0, errors: {} },
    latencyMs: null,
    phases: { detectedMs: null, vipMovedMs: null, firstSuccessMs: null, redundancyRestoredMs: null },
    ledger: checkLedger([]),
    splitBrainMs: 0,
  };
}
