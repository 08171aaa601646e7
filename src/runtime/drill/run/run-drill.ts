import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError, EngineUnreachableError, HaplatError, InterruptedError } from '../../errors.ts';
import type { DrillInputs, DrillResult, DrillRun } from '../drill.ts';
import { describeFault, parametersOf } from '../fault/describe.ts';
import { drivers } from '../fault/drivers.ts';
import type { Fault } from '../fault/fault.ts';
import { faultsInPlace } from '../heal/faults-in-place.ts';
import type { History } from '../judge/history.ts';
import { judgeRun } from '../judge/judge-run.ts';
import type { RunResult } from '../judge/judge-run.ts';
import { checkLedger } from '../judge/ledger.ts';
import { summarise, verdictOf } from '../judge/summary.ts';
import { viewPlatform } from '../watch/platform-view.ts';
import type { PlatformView } from '../watch/platform-view.ts';
import { lowerRate } from '../probe/default-rate.ts';
import { runOnce, type RunInputs, type RunOutcome } from './run-once.ts';
import { blastRadius, type BlastRadius } from '../target/blast-radius.ts';
import { isRole, resolveTargets, seededRandom } from '../target/resolve.ts';

/**
 * The first run starts from what is there, once the Engine's own health checks have caught up with an `up` just before;
 * before the others, what the run (or the drill) before has broken may take its time.
 */
const steadyWithinMs = { first: 3000, starting: 30_000, later: 120_000 };
const lookEachMs = 500;

/**
 * Runs a drill: breaks the platform, measures what clients notice, and judges. Rejects with ConfigError when the target
 * is nothing of this platform or the fault would leave clients without a component they need, InterruptedError when the
 * signal aborts (healed, the probe removed), OperationError when the Engine fails in the first run, EngineUnreachableError
 * when it is gone. A drill that could not be carried out as planned resolves, inconclusive at best, with the reason.
 */
export async function runDrill(given: DrillInputs, perform: typeof runOnce = runOnce): Promise<DrillResult> {
  // Of what was not written nothing can be lost: that is no objective which was met.
  const inputs = given.ledgerRate > 0 ? given : { ...given, objectives: { ...given.objectives, maxLostWrites: undefined } };
  const done: Done = { runs: [], histories: [], notes: [] };
  try {
    await runAll(inputs, done, perform);
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

async function runAll(inputs: DrillInputs, { runs, histories, notes }: Done, perform: typeof runOnce): Promise<void> {
  const random = seededRandom(inputs.seed);
  const pace: Pace = { rate: inputs.rate };
  for (let run = 1; run <= inputs.runs; run += 1) {
    inputs.onEvent({ kind: 'checking', run });
    const { outcome, targets } = await runNext(inputs, run, { notes, random, perform, pace }).catch((error: unknown) => {
      const reason = run > 1 ? whyUnproven(error) : undefined;
      if (reason === undefined) throw error;
      return { outcome: { inconclusive: reason }, targets: inputs.fault.targets };
    });
    const judged = 'history' in outcome ? judgeRun(outcome.history, inputs.objectives) : unmeasured(outcome.inconclusive, pace.rate);
    const result = { ...judged, targets, rate: pace.rate };
    runs.push(result);
    histories.push('history' in outcome ? outcome.history : undefined);
    inputs.onEvent({ kind: 'judged', run, result });
    if (!('history' in outcome)) break;
  }
}

/** All runs after the first have the pace that it had in the end: they are compared. */
interface Pace {
  rate: number;
}

interface Attempt {
  readonly notes: string[];
  readonly random: () => number;
  readonly perform: typeof runOnce;
  readonly pace: Pace;
}

type Measured = Exclude<RunOutcome, { readonly isSwamped: true }>;

async function runNext(inputs: DrillInputs, run: number, { notes, random, perform, pace }: Attempt): Promise<{ outcome: Measured; targets: readonly string[] }> {
  const { targets: asked } = inputs.fault;
  const view = await steadyView(inputs, run);
  const unsteady = view.problems.length > 0 ? view.problems.join('; ') : undefined;
  if (unsteady !== undefined && !inputs.force) {
    // Nobody may have a role, or too many, on a platform that is not as it should be: that is no fault of the question.
    const targets = run > 1 || asked.every(isRole) ? asked : chooseTargets(inputs, view, random);
    return { outcome: { inconclusive: `not steady before the fault: ${unsteady}` }, targets };
  }
  if (unsteady !== undefined) notes.push(`not steady before run ${run}, forced: ${unsteady}`);
  const targets = chooseTargets(inputs, view, random);
  const equipped = await equip(inputs);
  for (;;) {
    const outcome = await perform({ ...equipped, rate: pace.rate, mayLowerRate: inputs.mayLowerRate && run === 1 }, run, targets, view);
    if (!('isSwamped' in outcome)) return { outcome, targets };
    pace.rate = lowerRate(pace.rate);
    inputs.onEvent({ kind: 'slower', run, rate: pace.rate });
  }
}

/**
 * Why a run that could not be carried out proves nothing: those that were judged before it keep their verdict. Undefined for
 * what ends all there is.
 */
function whyUnproven(error: unknown): string | undefined {
  if (!(error instanceof HaplatError) || error instanceof InterruptedError || error instanceof EngineUnreachableError) return undefined;
  return [error.message, ...error.details, ...(error.remedy === undefined ? [] : [error.remedy])].join('; ');
}

/** With why it ended early, where it did: it has proved less than it was to. */
function resultOf({ fault, objectives, seed, project, holdMs }: DrillInputs, { runs, histories, notes }: Done, cutShort?: string): DrillResult {
  const ofRuns = runs.flatMap(({ reasons }, index) => reasons.map((reason) => (runs.length > 1 ? `run ${index + 1}: ${reason}` : reason)));
  return {
    schema: 'haplat.drill/1',
    project,
    verdict: verdictOf([...runs.map((result) => result.verdict), ...(cutShort === undefined ? [] : ['inconclusive' as const])]),
    reasons: [...notes, ...ofRuns, ...(cutShort === undefined ? [] : [cutShort])],
    fault: { ...parametersOf(fault), kind: fault.kind, target: fault.targets.join(','), ...(drivers[fault.kind].lasts && { holdMs }) },
    seed,
    objectives,
    summary: summarise(runs),
    runs,
    histories,
  };
}

/**
 * For `expire-cert`: the certificate, and a probe that trusts whoever issued it. Each run has one of its own: a load balancer
 * counts a certificate among those that it has had for as long as it runs, and so tells of its first time only.
 */
async function equip(inputs: DrillInputs): Promise<RunInputs> {
  if (inputs.fault.kind !== 'expire-cert') return inputs;
  const { pair, authority } = await inputs.issueExpired();
  return { ...inputs, expired: pair, probe: { ...inputs.probe, ca: `${inputs.probe.ca}\n${authority}` } };
}

function chooseTargets({ fault, acceptOutage }: DrillInputs, view: PlatformView, random: () => number): string[] {
  const targets = resolveTargets(fault.kind === 'renew' ? allOf(fault.targets, view) : fault.targets, view.services, view, random);
  if (!acceptOutage) requireSurvivable({ ...fault, targets }, blastRadius(fault, targets, view.services));
  return targets;
}

function requireSurvivable(fault: Fault, { clients, healing }: BlastRadius): void {
  const refuse = (gone: readonly string[], consequence: string) =>
    new ConfigError(`${describeFault(fault)} leaves nothing of ${gone.join(', ')}: ${consequence}`, { remedy: 'say --accept-outage if that is what you want to measure' });
  if (clients.length > 0) throw refuse(clients, 'clients will have an outage');
  if (healing.length > 0) throw refuse(healing, 'nothing will heal by itself, nor will they');
}

/** A component is renewed whole. */
function allOf(targets: readonly string[], { services }: PlatformView): string[] {
  return targets.map((target) => (target.startsWith('all:') || services.has(target) ? target : `all:${target}`));
}

async function steadyView(inputs: DrillInputs, run: number): Promise<PlatformView> {
  const { signal, force, isAfterAnother = false } = inputs;
  const fromMs = performance.now();
  for (;;) {
    if (signal.aborted) throw new InterruptedError();
    const view = await viewForDrill(inputs);
    const withinMs = patienceWith(view, run > 1 || isAfterAnother);
    if (view.problems.length === 0 || (force && run === 1) || performance.now() - fromMs >= withinMs) return view;
    await delay(lookEachMs);
  }
}

function patienceWith({ isStarting }: PlatformView, isAfterAnother: boolean): number {
  if (isAfterAnother) return steadyWithinMs.later;
  return isStarting ? steadyWithinMs.starting : steadyWithinMs.first;
}

/** What keeps a drill waiting where all containers are well: a fault that is in place, and services that can't do their work yet. */
async function viewForDrill(inputs: DrillInputs): Promise<PlatformView> {
  const view = await viewPlatform(inputs);
  const faults = await faultsInPlace(inputs);
  if (view.problems.length > 0) return view;
  return { ...view, problems: [...faults.map(({ inWords }) => `a fault is in place: ${inWords}`), ...(await inputs.unready())] };
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
    writePauseMs: 0,
    splitBrainMs: 0,
  };
}
