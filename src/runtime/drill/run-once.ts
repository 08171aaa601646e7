import { randomBytes, X509Certificate } from 'node:crypto';
import type { CertificateAndKey } from '../certs/authority.ts';
import type { EngineEvent } from '../engine/port.ts';
import { fullName } from '../topology/names.ts';
import type { DrillInputs } from './drill.ts';
import { EngineWatch } from './engine-watch.ts';
import { planFault } from './fault/job.ts';
import { FaultSession } from './fault/session.ts';
import { Journal } from './journal/journal.ts';
import { busyBefore, busyHints } from './judge/busy.ts';
import { baselineMs } from './judge/downtime.ts';
import type { History } from './judge/history.ts';
import { leastOf } from './judge/least.ts';
import { readTransitions } from './node-log.ts';
import { viewPlatform } from './platform-view.ts';
import type { PlatformView } from './platform-view.ts';
import { ProbeRun } from './probe-run.ts';
import { unsuppressed } from './unsuppressed.ts';
import { VipWatch } from './vip-watch.ts';

/** The least number of requests in a baseline. */
const warmUpSuccesses = 10;
const warmUpWithinMs = 30_000;
/** How much of the recovered state is measured. */
const afterwardsMs = 1000;
const settleMs = 60_000;
const lookEachMs = 500;
const probeLifeMs = 1_800_000;

/** With what `expire-cert` serves. */
export type RunInputs = DrillInputs & { readonly expired?: CertificateAndKey | undefined };

export type RunOutcome = { readonly history: History } | { readonly inconclusive: string };

/**
 * One run: probe, steady state seen, fault, recovery seen. Whatever happens, the fault is healed and the probe gone.
 * `targets` are services.
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
  const job = { ...planFault(id, project, fault, targets, view.services, inputs.tlsDirectory), ...(expiredFingerprint !== undefined && { expiredFingerprint }) };
  const session = new FaultSession(job, engine, new Journal(inputs.journalDirectory));
  await using events = await EngineWatch.start(engine, project);
  const watch = new VipWatch(engine, events, vip, id, view.nodes);
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
  const { inputs, run, targets, view, session, events, watch, probe } = parts;
  const { engine, rate, signal, onEvent } = inputs;
  onEvent({ kind: 'warming-up', run });
  await startProbe(parts);
  if (!(await probe.until(() => isWarm(probe), warmUpWithinMs, signal))) return { inconclusive: notWarm(probe) };
  // What failed while the probe and the platform warmed up to each other was none of the fault's doing.
  const steadyFromMs = lastEndMs(probe) - baselineMs;

  onEvent({ kind: 'injecting', run });
  const injection = await session.inject({ engine, events, signal, expired: inputs.expired, renew: inputs.renew });
  if ('noEffect' in injection) return { inconclusive: `the fault took no effect: ${injection.noEffect}` };
  const { injectedAtMs } = injection;
  onEvent({ kind: 'injected', run, atMs: injectedAtMs, targets });

  onEvent({ kind: 'measuring', run });
  const healedAtMs = session.lasts ? await holdAndHeal(parts, injectedAtMs) : undefined;
  const isRestored = await restored(parts, injectedAtMs);
  await measureFor(probe, afterwardsMs, inputs);
  // A database that is healthy again is not yet one to which each replica is connected anew.
  await probe.until(() => isWarm(probe), inputs.recoverWithinMs, signal);

  onEvent({ kind: 'looking-up', run });
  const isComplete = await probe.end(settleMs + inputs.requestTimeoutMs + warmUpWithinMs, signal);
  if (!isComplete) return { inconclusive: 'the probe did not finish its ledger' };
  const holders = await watch.end();
  if (watch.problems.length > 0) return { inconclusive: `a node could not be watched: ${watch.problems.join('; ')}` };
  if (events.lost !== undefined) return { inconclusive: `the Engine's events were lost: ${events.lost}` };
  const samples = probe.samples.filter((sample) => sample.dueMs >= steadyFromMs);
  const first = leastOf(samples.map((sample) => sample.dueMs), injectedAtMs);
  const nodeOf = new Map([...view.nodes].map(([node, container]) => [container, node]));
  const after = eventsSince(events, injectedAtMs);
  const transitions = await readTransitions(engine, view.nodes, new Date(first));
  // What a cluster mends inside a container, the Engine does not tell.
  const served = view.dc === undefined ? [] : transitions.filter(({ state, atMs }) => state === 'serving' && atMs >= injectedAtMs);
  // Nor does it tell when two holders became one.
  const moved = holders.filter(({ atMs }) => atMs >= injectedAtMs);
  const mended = Math.max(...[...after.filter(isMending), ...served, ...moved].map(({ atMs }) => atMs), healedAtMs ?? 0);
  return {
    history: {
      samples,
      busy: probe.busy,
      intervalMs: 1000 / rate,
      injectedAtMs,
      transitions,
      deaths: after.flatMap(({ action, container, atMs }) => {
        const node = action === 'die' ? nodeOf.get(container) : undefined;
        return node === undefined ? [] : [{ node, atMs }];
      }),
      holderBefore: view.holders.length === 1 ? view.holders[0] : undefined,
      healedAtMs: after.find((event) => event.action === 'unpause')?.atMs ?? healedAtMs,
      restoredAtMs: isRestored && mended > 0 ? mended : undefined,
      ledger: probe.ledger,
      holders,
      cutOff: cutOff(parts, injectedAtMs, healedAtMs),
      endedAtMs: lastEndMs(probe),
    },
  };
}

/**
 * Nodes that could answer no client by the fault's own doing, whatever is left on their interfaces: those cut off, and
 * those killed, whose namespace the Engine takes apart a little later.
 */
function cutOff({ inputs, session, view, targets, events }: Run, fromMs: number, toMs: number | undefined): History['cutOff'] {
  const { fault } = inputs;
  const nodes = [...view.nodes];
  const startedAtMs = (container: string) => eventsSince(events, fromMs).find((event) => event.action === 'start' && event.container === container)?.atMs;
  if ((fault.kind === 'partition' && fault.from.length === 0) || (fault.kind === 'loss' && fault.percent === 100)) {
    // Who was fenced before the heal is back in a namespace without the filter.
    const cut = nodes.filter(([, container]) => session.namespaces.includes(container));
    const earlier = (atMs: number | undefined) => (atMs === undefined || (toMs !== undefined && atMs > toMs) ? toMs : atMs);
    return cut.map(([node, container]) => ({ node, fromMs, toMs: earlier(startedAtMs(container)) }));
  }
  if (fault.kind !== 'kill') return [];
  return nodes.filter(([node]) => targets.includes(node)).map(([node, container]) => ({ node, fromMs, toMs: startedAtMs(container) }));
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
    durationMs: probeLifeMs,
    settleMs,
  });
}

async function holdAndHeal({ inputs, run, session, probe, events }: Run, injectedAtMs: number): Promise<number> {
  const { holdMs, signal, onEvent } = inputs;
  await probe.until(() => lastEndMs(probe) >= injectedAtMs + holdMs, holdMs + inputs.recoverWithinMs, signal);
  onEvent({ kind: 'healing', run });
  return (await session.heal()) ?? events.engineNowMs();
}

function measureFor(probe: ProbeRun, durationMs: number, { signal, recoverWithinMs }: DrillInputs): Promise<boolean> {
  const fromMs = lastEndMs(probe);
  return probe.until(() => lastEndMs(probe) >= fromMs + durationMs, recoverWithinMs, signal);
}

/** Waits until all is healthy again and, for a fault that killed, has been started again. False: not by the deadline. */
async function restored(parts: Run, injectedAtMs: number): Promise<boolean> {
  const { inputs, events } = parts;
  const { engine, project, vip, recoverWithinMs, signal } = inputs;
  const until = performance.now() + recoverWithinMs;
  while (performance.now() < until && events.lost === undefined) {
    const after = eventsSince(events, injectedAtMs);
    // The Engine's list runs a little behind its events: what has died must have been seen to start.
    const dead = after.filter((event) => event.action === 'die').map(({ container }) => container);
    const isUp = dead.every((container) => after.some((event) => event.action === 'start' && event.container === container));
    if (isUp && (await serveAgain(parts, injectedAtMs)) && (await viewPlatform(engine, project, vip)).problems.length === 0) return true;
    await events.changed(lookEachMs, signal);
  }
  return false;
}

/** Whether processes that the fault has ended in a node run anew, as the node says: the Engine does not see them. */
async function serveAgain({ inputs, targets, view }: Run, injectedAtMs: number): Promise<boolean> {
  if (!['kill', 'stop', 'restart'].includes(inputs.fault.kind)) return true;
  const nodes = targets.flatMap((target) => {
    const { process, podOwner, container } = view.services.get(target) ?? {};
    return process === undefined || podOwner === undefined || container === undefined ? [] : [[podOwner, container] as const];
  });
  const transitions = await readTransitions(inputs.engine, new Map(nodes), new Date(injectedAtMs));
  return nodes.every(([node]) => transitions.some((one) => one.node === node && one.state === 'serving'));
}

/** What happened to services; the probe and other things of the drill's own are none. */
function eventsSince({ events }: EngineWatch, sinceMs: number): EngineEvent[] {
  return events.filter((event) => event.atMs >= sinceMs && event.service !== '');
}

function isMending(event: { readonly action: string; readonly health?: string }): boolean {
  return event.action === 'start' || event.action === 'unpause' || (event.action === 'health_status' && event.health === 'healthy');
}

/** Whether each mode has had nothing but successes for as long as a baseline takes. */
function isWarm(probe: ProbeRun): boolean {
  const modes = Map.groupBy(probe.samples, (sample) => sample.mode);
  const sinceMs = lastEndMs(probe) - baselineMs;
  return modes.size > 0 && [...modes.values()].every((samples) => {
    const latest = samples.filter((sample) => sample.endMs > sinceMs);
    return latest.length < samples.length && latest.length >= warmUpSuccesses && latest.every((sample) => sample.ok);
  });
}

function lastEndMs(probe: ProbeRun): number {
  return probe.samples.at(-1)?.endMs ?? 0;
}

function notWarm(probe: ProbeRun): string {
  const failed = probe.samples.filter((sample) => !sample.ok);
  const kinds = [...new Set(failed.map((sample) => sample.error))].join(', ');
  const counts = `${probe.samples.length} requests, ${failed.length} failed${kinds === '' ? '' : `: ${kinds}`}`;
  return [`no ${baselineMs} ms without a failed request before the fault (${counts})`, ...busyHints(busyBefore(probe.busy, lastEndMs(probe)))].join('; ');
}
