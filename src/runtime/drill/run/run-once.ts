import { randomBytes, X509Certificate } from 'node:crypto';
import type { CertificateAndKey } from '../../certs/authority.ts';
import { fullName } from '../../topology/names.ts';
import { awaitRestored, eventsSince } from './await-restored.ts';
import type { DrillInputs } from '../drill.ts';
import { EngineWatch } from '../watch/engine-watch.ts';
import { planFault } from '../fault/job.ts';
import { FaultSession } from '../heal/fault-session.ts';
import { historyOf, type Observations } from './history-of-run.ts';
import { Journal } from '../heal/journal.ts';
import { busyBefore, busyHints } from '../judge/busy.ts';
import { baselineMs } from '../judge/downtime.ts';
import type { History } from '../judge/history.ts';
import { leastOf } from '../judge/least.ts';
import { readTransitions } from '../watch/node-log.ts';
import { atEaseWithinMs, endWithinMs, loadLifeMs, settleMs, warmUpWithinMs, watchLifeMs } from './patience.ts';
import type { PlatformView } from '../watch/platform-view.ts';
import { leastDefaultRate } from '../probe/default-rate.ts';
import { ProbeRun } from '../watch/probe-run.ts';
import { unsuppressed } from './unsuppressed.ts';
import { VipWatch } from '../watch/vip-watch.ts';
import { isSwamped, isWarm, lastEndMs } from './warm.ts';

/** How much of the recovered state is measured. */
const afterwardsMs = 1000;

/** With what `expire-cert` serves. */
export type RunInputs = DrillInputs & { readonly expired?: CertificateAndKey | undefined };

export type RunOutcome = { readonly history: History } | { readonly inconclusive: string } | { readonly isSwamped: true };

/**
 * One run: probe, steady state seen, fault, recovery seen. Whatever happens, the fault is healed and the probe gone.
 * `targets` are services. Where the rate may be lowered, and would have to be, nothing is broken.
 */
export async function runOnce(inputs: RunInputs, run: number, targets: readonly string[], view: PlatformView): Promise<RunOutcome> {
  try {
    return await runGuarded(inputs, run, targets, view);
  } catch (error) {
    throw unsuppressed(error);
  }
}

async function runGuarded(inputs: RunInputs, run: number, targets: readonly string[], view: PlatformView): Promise<RunOutcome> {
  const { engine, project, vip, fault, onEvent } = inputs;
  const id = randomBytes(4).toString('hex');
  const expiredFingerprint = inputs.expired && new X509Certificate(inputs.expired.certificate).fingerprint256;
  const job = { ...planFault({ id, project, fault, targets, services: view.services, tlsDirectory: inputs.tlsDirectory }), ...(expiredFingerprint !== undefined && { expiredFingerprint }) };
  const session = new FaultSession(job, engine, new Journal(inputs.journalDirectory));
  await using events = await EngineWatch.start(engine, project);
  const watch = new VipWatch(engine, events, { vip, id, nodes: view.nodes, lifeMs: watchLifeMs(inputs) });
  const probe = new ProbeRun(engine, fullName(project, `probe-${id}`), (samples) => {
    const failed = samples.filter((sample) => !sample.ok).length;
    const worstMs = Math.max(...samples.map((sample) => sample.endMs - sample.dueMs));
    onEvent({ kind: 'samples', run, ok: samples.length - failed, failed, worstMs });
  });
  // Each of these even when another fails: what is left over would be a fault of our own making.
  await using ends = new AsyncDisposableStack();
  ends.defer(async () => { await watch.end(); });
  ends.defer(() => probe.remove());
  ends.defer(async () => { await session.heal(); });
  return await measure({ inputs, run, targets, view, id, session, events, watch, probe });
}

interface Run {
  readonly inputs: RunInputs;
  readonly run: number;
  readonly targets: readonly string[];
  readonly view: PlatformView;
  readonly id: string;
  readonly session: FaultSession;
  readonly events: EngineWatch;
  readonly watch: VipWatch;
  readonly probe: ProbeRun;
}

async function measure(parts: Run): Promise<RunOutcome> {
  const { inputs, run, targets, session, events, probe } = parts;
  const { signal, onEvent } = inputs;
  const warm = await warmUp(parts);
  if (!('steadyFromMs' in warm)) return warm;

  onEvent({ kind: 'injecting', run });
  const injection = await session.inject({ engine: inputs.engine, events, signal, expired: inputs.expired, renew: inputs.renew });
  if ('noEffect' in injection) return { inconclusive: `the fault took no effect: ${injection.noEffect}` };
  const { injectedAtMs } = injection;
  onEvent({ kind: 'injected', run, atMs: injectedAtMs, targets });

  onEvent({ kind: 'measuring', run });
  const healedAtMs = session.lasts ? await holdAndHeal(parts, injectedAtMs) : undefined;
  const restored = await awaitRestored(parts, injectedAtMs);
  const lookedAtMs = restored?.seenAtMs ?? events.engineNowMs();
  await measureFor(probe, afterwardsMs, inputs);
  // A database that is healthy again is not yet one to which each replica is connected anew.
  const isSteadyAgain = await probe.until(() => isWarm(probe.samples), inputs.recoverWithinMs, signal);
  const isWritten = () => inputs.ledgerRate === 0 || probe.lastWrittenMs >= lookedAtMs;
  await probe.until(isWritten, inputs.recoverWithinMs, signal);
  return { history: await collect(parts, { ...warm, injectedAtMs, healedAtMs, restored, isSteadyAgain }) };
}

type Unbroken = Exclude<RunOutcome, { readonly history: History }>;

/** Starts the probe and waits until it and the platform are steady. Otherwise nothing is broken. */
async function warmUp(parts: Run): Promise<Unbroken | { readonly steadyFromMs: number }> {
  const { inputs: { rate, mayLowerRate, signal, onEvent }, run, probe } = parts;
  onEvent({ kind: 'warming-up', run });
  await startProbe(parts);
  if (mayLowerRate && rate > leastDefaultRate) {
    await probe.until(() => isWarm(probe.samples) && !isSwamped(probe.samples, rate), atEaseWithinMs, signal);
    // Requests that fail at once are another matter, and fewer of them would not help.
    if (isSwamped(probe.samples, rate)) return { isSwamped: true };
  }
  if (!(await probe.until(() => isWarm(probe.samples), warmUpWithinMs, signal))) return { inconclusive: notWarm(probe) };
  // What failed while the probe and the platform warmed up to each other was none of the fault's doing.
  return { steadyFromMs: lastEndMs(probe.samples) - baselineMs };
}

type Timed = Pick<Observations, 'steadyFromMs' | 'injectedAtMs' | 'healedAtMs' | 'restored' | 'isSteadyAgain'>;

/** Ends the watches, and hears what each has seen. */
async function collect({ inputs, run, targets, view, session, events, watch, probe }: Run, timed: Timed): Promise<History> {
  const { engine, fault, rate, signal, onEvent } = inputs;
  onEvent({ kind: 'looking-up', run });
  const isComplete = await probe.end(endWithinMs(inputs), signal);
  const holders = await watch.end();
  const steady = probe.samples.filter(({ dueMs }) => dueMs >= timed.steadyFromMs).map(({ dueMs }) => dueMs);
  return historyOf({
    ...timed,
    fault,
    targets,
    view,
    namespaces: session.namespaces,
    rate,
    probe,
    holders,
    transitions: await readTransitions(engine, view.nodes, new Date(leastOf(steady, timed.injectedAtMs))),
    events: eventsSince(events, timed.injectedAtMs),
    unseen: [
      ...(isComplete ? [] : [{ what: 'ledger', why: 'the probe did not finish its ledger' } as const]),
      ...(watch.problems.length === 0 ? [] : [{ what: 'holders', why: `a node could not be watched: ${watch.problems.join('; ')}` } as const]),
      ...(events.lost === undefined ? [] : [{ what: 'events', why: `the Engine's events were lost: ${events.lost}` } as const]),
    ],
  });
}

function startProbe({ inputs, probe, id }: Run): Promise<void> {
  const { project, vip, rate, modes, ledgerRate, requestTimeoutMs } = inputs;
  const { serverName } = inputs.probe;
  return probe.start(project, inputs.probe, {
    url: `https://${vip}/items?limit=1`,
    ...(serverName !== undefined && { serverName }),
    rate,
    timeoutMs: requestTimeoutMs,
    connectTimeoutMs: requestTimeoutMs,
    modes: [...modes],
    ledgerRate,
    runId: `drill-${id}`,
    durationMs: loadLifeMs(inputs),
    settleMs,
  });
}

async function holdAndHeal({ inputs, run, session, probe, events }: Run, injectedAtMs: number): Promise<number> {
  const { holdMs, signal, onEvent } = inputs;
  // By the clock, not by answers: of those there may be none for as long as the fault stays.
  const untilMs = injectedAtMs + holdMs;
  await probe.until(() => events.engineNowMs() >= untilMs, untilMs - events.engineNowMs(), signal);
  onEvent({ kind: 'healing', run });
  return (await session.heal()) ?? events.engineNowMs();
}

function measureFor(probe: ProbeRun, durationMs: number, { signal, recoverWithinMs }: DrillInputs): Promise<boolean> {
  const fromMs = lastEndMs(probe.samples);
  return probe.until(() => lastEndMs(probe.samples) >= fromMs + durationMs, recoverWithinMs, signal);
}

function notWarm(probe: ProbeRun): string {
  const failed = probe.samples.filter((sample) => !sample.ok);
  const kinds = [...new Set(failed.map((sample) => sample.error))].join(', ');
  const counts = `${probe.samples.length} requests, ${failed.length} failed${kinds === '' ? '' : `: ${kinds}`}`;
  return [`no ${baselineMs} ms without a failed request before the fault (${counts})`, ...busyHints(busyBefore(probe.busy, lastEndMs(probe.samples)))].join('; ');
}
