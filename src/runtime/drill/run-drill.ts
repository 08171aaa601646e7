import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError, HaplatError, InterruptedError } from '../errors.ts';
import type { DrillInputs, DrillResult, DrillRun } from './drill.ts';
import { faultsInPlace } from './faults-in-place.ts';
import type { History } from './judge/history.ts';
import { judgeRun } from './judge/judge-run.ts';
import type { RunResult } from './judge/judge-run.ts';
import { checkLedger } from './judge/ledger.ts';
import { summarise, verdictOf } from './judge/summary.ts';
import { viewPlatform } from './platform-view.ts';
import type { PlatformView } from './platform-view.ts';
import { runOnce, type RunInputs } from './run-once.ts';
import { blastRadius } from './target/blast-radius.ts';
import { isRole, resolveTargets, seededRandom } from './target/resolve.ts';

/**
 * The first run starts from what is there, once the Engine's own health checks have caught up with an `up` just before;
 * before the others, what the run before has broken may take its time.
 */
const steadyWithinMs = { first: 3000, starting: 30_000, later: 120_000 };
const lookEachMs = 500;

/**
 * Runs a drill: breaks the platform, measures what clients notice, and judges. Rejects with ConfigError when the target
 * is nothing of this platform or the fault would leave clients without a component they need, InterruptedError when the
 * signal aborts (healed, the probe removed), OperationError when the Engine fails. A drill that could not be carried out
 * as planned resolves, inconclusive, with the reason.
 */
export async function runDrill(inputs: DrillInputs): Promise<DrillResult> {
  const done: Done = { runs: [], histories: [], notes: [] };
  try {
    await runAll(inputs, done);
  } catch (error) {
    const { runs } = done;
    if (runs.length > 0 && error instanceof HaplatError) {
      inputs.onCutShort?.(resultOf(inputs, done, `after ${runs.length} of ${inputs.runs} runs: ${error.message}`));
    }
    throw error;
  }
  return resultOf(inputs, done);
}

/** What has been measured so far. */
interface Done {
  readonly runs: DrillRun[];
  readonly histories: (History | undefined)[];
  readonly notes: string[];
}

async function runAll(inputs: DrillInputs, { runs, histories, notes }: Done): Promise<void> {
  const { fault, objectives } = inputs;
  const random = seededRandom(inputs.seed);
  const equipped = await equip(inputs);
  for (let run = 1; run <= inputs.runs; run += 1) {
    inputs.onEvent({ kind: 'checking', run });
    const view = await steadyView(inputs, run);
    const unsteady = view.problems.length > 0 ? view.problems.join('; ') : undefined;
    const isForced = unsteady !== undefined && inputs.force;
    if (isForced) notes.push(`not steady before run ${run}, forced: ${unsteady}`);
    // Nobody may have a role, or too many, on a platform that is not as it should be: that is no fault of the question.
    const hasRun = runs.length > 0;
    const targets = unsteady !== undefined && !isForced && (hasRun || fault.targets.every(isRole)) ? [...fault.targets] : chooseTargets(inputs, view, random);
    const outcome = unsteady !== undefined && !isForced ? { inconclusive: `not steady before the fault: ${unsteady}` } : await runOnce(equipped, run, targets, view);
    const judged = 'history' in outcome ? judgeRun(outcome.history, objectives) : unmeasured(outcome.inconclusive, inputs.rate);
    const result = { ...judged, targets };
    runs.push(result);
    histories.push('history' in outcome ? outcome.history : undefined);
    inputs.onEvent({ kind: 'judged', run, result });
    if (!('history' in outcome)) break;
  }
}

/** With why it ended early, where it did: it has proved less than it was to. */
function resultOf({ fault, objectives, seed, project }: DrillInputs, { runs, histories, notes }: Done, cutShort?: string): DrillResult {
  const ofRuns = runs.flatMap(({ reasons }, index) => reasons.map((reason) => (runs.length > 1 ? `run ${index + 1}: ${reason}` : reason)));
  return {
    schema: 'haplat.drill/1',
    project,
    verdict: verdictOf([...runs.map((result) => result.verdict), ...(cutShort === undefined ? [] : ['inconclusive' as const])]),
    reasons: [...notes, ...ofRuns, ...(cutShort === undefined ? [] : [cutShort])],
    fault: { kind: fault.kind, target: fault.targets.join(',') },
    seed,
    objectives,
    summary: summarise(runs),
    runs,
    histories,
  };
}

/** For `expire-cert`: the certificate, and a probe that trusts whoever issued it. */
async function equip(inputs: DrillInputs): Promise<RunInputs> {
  if (inputs.fault.kind !== 'expire-cert') return inputs;
  const { pair, authority } = await inputs.issueExpired();
  return { ...inputs, expired: pair, probe: { ...inputs.probe, ca: `${inputs.probe.ca}\n${authority}` } };
}

function chooseTargets({ fault, acceptOutage }: DrillInputs, view: PlatformView, random: () => number): string[] {
  const targets = resolveTargets(fault.targets, view.services, view, random);
  const lost = blastRadius(fault, targets, view.services);
  if (lost.length > 0 && !acceptOutage) {
    throw new ConfigError(`${fault.kind} ${targets.join(',')} leaves nothing of ${lost.join(', ')}: clients will have an outage`, {
      remedy: 'say --accept-outage if that is what you want to measure',
    });
  }
  return targets;
}

async function steadyView(inputs: DrillInputs, run: number): Promise<PlatformView> {
  const { engine, project, vip, signal, force, unready } = inputs;
  const fromMs = performance.now();
  for (;;) {
    if (signal.aborted) throw new InterruptedError();
    const seen = await viewPlatform(engine, project, vip);
    const faults = await faultsInPlace(inputs);
    const view = seen.problems.length > 0 ? seen : { ...seen, problems: [...faults.map(({ kind, targets }) => `a fault is in place: ${kind} ${targets.join(',')}`), ...(await unready())] };
    const withinMs = run > 1 ? steadyWithinMs.later : view.isStarting ? steadyWithinMs.starting : steadyWithinMs.first;
    if (view.problems.length === 0 || (force && run === 1) || performance.now() - fromMs >= withinMs) return view;
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
    gapsMs: { before: null, fault: null, later: null },
    probeBusyShare: null,
    outages: 0,
    failedTimeMs: 0,
    requests: { sent: 0, ok: 0, failed: 0, errors: {} },
    latencyMs: null,
    phases: { detectedMs: null, vipMovedMs: null, fencedMs: null, firstSuccessMs: null, healedMs: null, redundancyRestoredMs: null },
    ledger: checkLedger([]),
    splitBrainMs: 0,
  };
}
