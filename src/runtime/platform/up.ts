import { ensureCertificates } from '../certs/ensure-certificates.ts';
import { keepManager } from '../config/manager-choice.ts';
import { authkeyIsTold, ensureAuthkey, readOwnAuthkey } from '../cluster/authkey.ts';
import { reloadMembers, writeClusterFiles } from '../cluster/configure.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { Config } from '../config/schema/config.ts';
import type { Engine } from '../engine/port.ts';
import { awaitCluster } from '../execute/await-cluster.ts';
import { awaitHolder } from '../execute/await-holder.ts';
import { awaitAllReady } from '../execute/await-ready.ts';
import { awaitRouting } from '../execute/await-routing.ts';
import type { OnExecutionEvent } from '../execute/events.ts';
import { executePlan } from '../execute/execute-plan.ts';
import { inAdvance } from '../plan/in-advance.ts';
import { takenAway } from '../plan/taken-away.ts';
import { performOnEngine } from '../execute/perform-on-engine.ts';
import { writeServiceFiles, writeServiceSecrets } from '../execute/write-files.ts';
import { faultsInPlace, undoneText } from '../drill/heal/faults-in-place.ts';
import { healAll, leftInPlace, undoAll, type Undone } from '../drill/heal/heal.ts';
import { takeLease } from '../guardian/lease-client.ts';
import { ensureImages } from '../images/ensure-images.ts';
import type { Plan } from '../plan/operation.ts';
import { planUp } from '../plan/plan-up.ts';
import { balancersOf, isRouted } from '../topology/balancers.ts';
import { memberContainers } from '../topology/cluster/members.ts';
import type { Topology } from '../topology/topology.ts';
import { certificateOptions } from './certificate-options.ts';
import { hasNewAuthkey } from './due.ts';
import { awaitFrontDoor } from './front-door/front-door.ts';
import { journalOf } from './state/journal.ts';
import { withProjectLock } from './state/lock.ts';
import { lookAhead, type LookOptions } from './look-ahead.ts';
import { observeFor } from './observe.ts';
import { prepare, type Prepared } from './prepare.ts';
import { awaitServed } from './front-door/served-certificates.ts';
import { claimState } from './state/state-in-use.ts';
import { VipGap } from './vip-gap.ts';

export interface UpOptions extends LookOptions {
  readonly signal: AbortSignal;
  readonly onWarning: (message: string) => void;
  readonly onNote: (message: string) => void;
  /** The plan is known and about to be carried out. */
  readonly onPlan: (plan: Plan) => void;
  readonly onEvent: OnExecutionEvent;
}

export interface UpResult {
  readonly plan: Plan;
  readonly topology: Topology;
  /** What was done to certificates, in words. */
  readonly certificates: readonly string[];
}

/**
 * Makes the platform what the configuration says, and returns when all of it is healthy. Safe to run again after a
 * crash at any point. Throws ConfigError before anything was touched, OperationError when a step failed.
 */
export async function up(options: UpOptions): Promise<UpResult> {
  const { loaded, engine } = options;
  const looked = await lookAhead(options);
  const faults = await faultsInPlace(journalOf(loaded));
  const hasNewKey = await hasNewAuthkey(loaded, looked.topology);
  if (looked.plan.operations.length === 0 && faults.length === 0 && !hasNewKey) {
    await claim(loaded);
    await awaitCluster(engine, looked.topology, { timeoutMs: loaded.config.timeouts.healthyMs, signal: options.signal });
    await awaitServing(looked.topology, options);
    const certificates = await ensureCertificates(certificateOptions(loaded, options.onWarning));
    await awaitClientsServed(looked.topology, options);
    return { ...looked, certificates };
  }
  return withProjectLock(loaded, options, async (signal) => {
    await claim(loaded);
    // Whoever has the lock knows that no drill is under way: what is in the journal was left behind.
    const tell = (undone: Undone['undone']) => { for (const fault of undone) options.onNote(undoneText(fault)); };
    const { undone, waiting, problems } = await undoAll({ engine, ...journalOf(loaded) });
    tell(undone);
    if (problems.length > 0) throw leftInPlace({ waiting: [], problems });
    const result = await upWithLock({ ...options, signal });
    if (waiting.length > 0) tell(await healAll({ engine, ...journalOf(loaded) }));
    return result;
  });
}

async function claim(loaded: LoadedConfig): Promise<void> {
  await claimState(loaded);
  // From here on the files of the other manager are no longer looked for, whether or not this run gets to its end.
  if (loaded.chosenManager !== undefined) await keepManager(loaded.stateDirectory, loaded.chosenManager);
}

/** `up` for one who has the project's lock already: brings certificates, plans anew, and carries that out. */
export async function upWithLock(options: UpOptions): Promise<UpResult> {
  const { loaded, engine } = options;
  const certificates = await ensureCertificates(certificateOptions(loaded, options.onWarning));
  const prepared = await prepare(loaded, { readOnly: false, onWarning: options.onWarning, engine });
  if (prepared.topology.cluster !== undefined) {
    const restore = await ensureAuthkey(loaded.stateDirectory, await readOwnAuthkey(loaded.config.loadBalancers.authkeyFile, loaded.source));
    await writeClusterFiles(loaded.stateDirectory, prepared.topology.cluster);
    if (restore !== undefined) await tellOfKey(loaded, engine, prepared.topology, restore);
  }
  // What was seen before the lock may be out of date, and secrets may have been made since.
  const plan = planUp(prepared.topology, await observeFor(engine, prepared.topology, loaded), options);
  await carryOut(plan, prepared, options);
  return { plan, topology: prepared.topology, certificates };
}

/** All nodes take it at once, while they run: who began with it later would not be let in by the others. */
async function tellOfKey({ stateDirectory }: LoadedConfig, engine: Engine, { project, services }: Topology, restore: () => Promise<void>): Promise<void> {
  const nodes = new Set(memberContainers(services).values());
  const running = (await engine.listContainers({ project })).filter(({ name, state }) => nodes.has(name) && state === 'running').map(({ name }) => name);
  try {
    if (running.length > 0) await reloadMembers(engine, running);
    await authkeyIsTold(stateDirectory);
  } catch (error) {
    await restore();
    throw error;
  }
}

async function carryOut(plan: Plan, prepared: Prepared, options: UpOptions): Promise<void> {
  const { loaded, engine, signal } = options;
  options.onPlan(plan);
  const { advance, rest } = inAdvance(plan);
  const { healthyMs: healthyTimeoutMs } = loaded.config.timeouts;
  const perform = performOnEngine(engine, {
    healthyTimeoutMs,
    writeFiles: (service) => writeServiceFiles(loaded.stateDirectory, service),
    writeSecrets: (service) => writeServiceSecrets(loaded.stateDirectory, service),
    awaitServed: (balancer, waitSignal) =>
      awaitServed(loaded, engine, { ...prepared.topology, services: prepared.topology.services.filter(({ name }) => name === balancer) }, waitSignal),
    ensureImage: (image, report, imageSignal) =>
      ensureImages(engine, [image], {
        sources: prepared.sources,
        signal: imageSignal,
        onProgress: ({ line, action }) => { report(line ?? action); },
      }),
  });
  const gap = new VipGap(plan);
  const waiting = { timeoutMs: healthyTimeoutMs, signal };
  const onEvent: OnExecutionEvent = (event) => {
    gap.take(event);
    options.onEvent(event);
  };
  // Pulls and builds take minutes, and the guardian is at work meanwhile.
  await executePlan(advance, perform, { signal, onEvent });
  // It would start what is stopped on purpose; all else, what is only waited for as well, stays in its care.
  const targets = takenAway(rest);
  await using _lease = targets.length === 0 ? undefined : await takeLease(engine, plan.project, { kind: 'maintenance', targets, holder: 'haplat up' });
  await executePlan(rest, perform, { signal, onEvent });
  const gapMs = await gap.measure(engine, prepared.topology, loaded.config.network.vip, waiting);
  if (gapMs !== undefined) options.onNote(`the virtual address was without a holder for ${(gapMs / 1000).toFixed(1)} s`);
  await awaitCluster(engine, prepared.topology, waiting);
  // A load balancer that is new knows nobody yet, and the replicas need not be.
  const routed = prepared.topology.services.filter(({ container }) => isRouted(container)).map(({ container }) => container.name);
  await awaitRouting(engine, balancersOf(prepared.topology), routed, waiting);
  await awaitServing(prepared.topology, options);
  await awaitClientsServed(prepared.topology, options);
}

/** Everybody is able to do his work, and somebody has the address. */
async function awaitServing(topology: Topology, { loaded, engine, signal }: UpOptions): Promise<void> {
  await awaitAllReady(engine, topology, { signal });
  await awaitHolder(engine, topology, loaded.config.network.vip, { timeoutMs: electionMs(loaded.config), signal });
}

/** They get what they are meant to get: the certificate in use, and an answer of the API. */
async function awaitClientsServed(topology: Topology, { loaded, engine, signal }: UpOptions): Promise<void> {
  await awaitServed(loaded, engine, topology, signal);
  await awaitFrontDoor(loaded, engine, signal);
}

/** The longest that nodes may take to agree: one waits for others' announcements, and a busy machine for both. */
function electionMs({ vrrp }: Config): number {
  return 10_000 + 2 * vrrp.advertIntervalMs * vrrp.downTimerAdverts;
}
