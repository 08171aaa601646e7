import { authkeyIsTold, replaceAuthkey } from '../cluster/authkey.ts';
import { judgeCluster } from '../cluster/judge-cluster.ts';
import { readClusterState } from '../cluster/read-state.ts';
import type { ClusterState } from '../cluster/state.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { Engine, ExecResult } from '../engine/port.ts';
import { ConfigError, EngineUnreachableError, InterruptedError, messageOf, OperationError } from '../errors.ts';
import { traefikResource, vipResource } from '../topology/cluster/cib.ts';
import { clusterMembers, clusterNodeNames } from '../topology/cluster/members.ts';
import { reloadCommand } from '../topology/cluster/paths.ts';
import { waitUntil } from '../wait-until.ts';
import { withProjectLock } from './state/lock.ts';
import { requireOwnState } from './state/state-in-use.ts';

const execTimeoutMs = 15_000;
const pollMs = 300;

export interface ClusterWork {
  readonly loaded: LoadedConfig;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly onNote: (message: string) => void;
}

/** What was done, and the cluster afterwards. */
export interface ClusterResult {
  readonly done: string;
  readonly cluster: ClusterState;
}

/** Takes a node out of service: its resources go elsewhere, its vote stays. Returns when it runs none. */
export async function standbyNode(work: ClusterWork, node: string): Promise<ClusterResult> {
  return withCluster(work, async (cluster) => {
    const before = await cluster.state();
    cluster.mustServe(node);
    if (whoServes(before).every((name) => name === node)) {
      throw new ConfigError(`cluster standby: without ${node} nothing is left to serve`, { remedy: 'bring another node online first: haplat cluster online NODE' });
    }
    await cluster.run(['crm_attribute', '--node', node, '--name', 'standby', '--update', 'on']);
    const after = await cluster.until(`${node} to run nothing`, (state) => idle(state, node) && isNoWorse(state, before));
    return { done: `${node} is on standby; the address is on ${holders(after)}`, cluster: after };
  });
}

/** Brings a node back into service. Returns when its Traefik runs. */
export async function onlineNode(work: ClusterWork, node: string): Promise<ClusterResult> {
  return withCluster(work, async (cluster) => {
    cluster.mustServe(node);
    const before = await cluster.state();
    await cluster.run(['crm_attribute', '--node', node, '--name', 'standby', '--delete']);
    const after = await cluster.until(`${node} to serve`, (state) => !idle(state, node) && isNoWorse(state, before));
    return { done: `${node} is online`, cluster: after };
  });
}

/** Moves the address, to a node or to any other; it may move on as it likes afterwards. */
export async function moveAddress(work: ClusterWork, to: string | undefined): Promise<ClusterResult> {
  return withCluster(work, async (cluster) => {
    const before = await cluster.state();
    const now = before.resources.find(({ id }) => id === vipResource)?.nodes ?? [];
    const able = whoServes(before);
    const target = to ?? able.find((name) => !now.includes(name));
    if (target === undefined) throw new ConfigError('cluster move: there is no other node that could serve', { remedy: 'look at "haplat status"' });
    cluster.mustServe(target);
    if (!able.includes(target)) throw new ConfigError(`cluster move: ${target} can't serve now`, { remedy: `use one of ${able.join(', ')}` });
    if (now.includes(target)) return { done: `the address is on ${target} already`, cluster: before };
    try {
      // A limit, should nobody be left to take it back.
      await cluster.run(['crm_resource', '--move', '--resource', vipResource, '--node', target, '--lifetime', 'PT10M']);
      const after = await cluster.until(`the address to be on ${target}`, (state) => holders(state) === target);
      return { done: `the address has moved from ${now.join(', ') || 'nobody'} to ${target}`, cluster: after };
    } finally {
      // The constraint that moved it would hold it there.
      await cluster.run(['crm_resource', '--clear', '--resource', vipResource]);
    }
  });
}

/** Forgets failed actions, so that the cluster tries again where something failed. */
export async function cleanUp(work: ClusterWork): Promise<ClusterResult> {
  return withCluster(work, async (cluster) => {
    const before = await cluster.state();
    await cluster.run(['crm_resource', '--cleanup']);
    const after = await cluster.until('no failed action to be left', (state) => state.failures.length === 0);
    return { done: `${before.failures.length} failed ${before.failures.length === 1 ? 'action' : 'actions'} forgotten`, cluster: after };
  });
}

/**
 * A new key for the nodes' traffic. Corosync takes it while it runs, on all nodes at once; what it does not take is undone.
 * OperationError then, and the old key is in force.
 */
export async function rotateClusterKey(work: ClusterWork): Promise<ClusterResult> {
  const { stateDirectory, config: { loadBalancers } } = work.loaded;
  if (loadBalancers.authkeyFile !== undefined) {
    throw new ConfigError(`loadBalancers.authkeyFile: ${loadBalancers.authkeyFile} is your own key`, { remedy: 'replace that file, then run "haplat up": the nodes take it while they run' });
  }
  return withCluster(work, async (cluster) => {
    await cluster.until('the cluster to be whole', isWhole);
    const restore = await replaceAuthkey(stateDirectory);
    try {
      await cluster.run(reloadCommand);
      const after = await cluster.until('the cluster to be whole with its new key', isWhole);
      await authkeyIsTold(stateDirectory);
      return { done: 'the cluster has a new key', cluster: after };
    } catch (error) {
      await restore();
      // Where this fails too it stays to be told, which the next `up` does.
      await cluster.run(reloadCommand).then(() => authkeyIsTold(stateDirectory), () => undefined);
      throw error;
    }
  });
}

/** A node that hangs, or died just now, is one of several. An Engine that does not answer is the end. */
function asFailure(error: unknown): ExecResult {
  if (error instanceof EngineUnreachableError || error instanceof InterruptedError) throw error;
  return { exitCode: -1, stdout: '', stderr: messageOf(error) };
}

/** A running cluster, and the ways to it. */
class Cluster {
  readonly serving: readonly string[];
  readonly #work: ClusterWork;
  readonly #nodes: ReadonlyMap<string, string>;

  constructor(work: ClusterWork) {
    this.#work = work;
    this.serving = clusterNodeNames(work.loaded.config);
    this.#nodes = new Map(clusterMembers(work.loaded.config).map(({ name, container }) => [name, container]));
  }

  mustServe(node: string): void {
    if (this.serving.includes(node)) return;
    throw new ConfigError(`there is no node ${node} that serves`, { remedy: `use one of ${this.serving.join(', ')}` });
  }

  async state(): Promise<ClusterState> {
    const state = await readClusterState(this.#work.engine, this.#nodes);
    if (state !== undefined) return state;
    throw new OperationError('no node of the cluster answers', { remedy: 'run "haplat up" first, or look at "haplat status"' });
  }

  /** Runs a tool of Pacemaker's in the first node that takes it. */
  async run(command: readonly string[]): Promise<void> {
    let last = 'no node runs';
    for (const container of this.#nodes.values()) {
      if ((await this.#work.engine.inspectContainer(container))?.state !== 'running') continue;
      const { exitCode, stderr, stdout } = await this.#work.engine.exec(container, command, { timeoutMs: execTimeoutMs }).catch(asFailure);
      if (exitCode === 0) return;
      last = `${stderr}\n${stdout}`.split('\n').find((line) => line.trim() !== '')?.trim() ?? `exit code ${exitCode}`;
    }
    throw new OperationError(`${command[0] ?? ''} failed: ${last}`, { remedy: 'look at "haplat status"' });
  }

  /** Looks until it is so. OperationError after `timeouts.healthyMs`. */
  async until(what: string, isSo: (state: ClusterState) => boolean): Promise<ClusterState> {
    const { signal, loaded } = this.#work;
    const { healthyMs: timeoutMs } = loaded.config.timeouts;
    const found = await waitUntil(async () => {
      const state = await this.state();
      return isSo(state) ? state : undefined;
    }, { timeoutMs, pollMs, signal });
    if (found === undefined) throw new OperationError(`waited ${timeoutMs / 1000} s for ${what}`, { remedy: 'look at "haplat status"' });
    return found;
  }
}

async function withCluster<T>(work: ClusterWork, action: (cluster: Cluster) => Promise<T>): Promise<T> {
  const { config, source } = work.loaded;
  if (config.loadBalancers.manager !== 'pacemaker') {
    throw new ConfigError(`${source}: loadBalancers.manager is ${config.loadBalancers.manager}: there is no cluster`, { remedy: 'set it to pacemaker and run "haplat up"' });
  }
  await requireOwnState(work.loaded, work.engine);
  return withProjectLock(work.loaded, work, (signal) => action(new Cluster({ ...work, signal })));
}

function holders({ resources }: ClusterState): string {
  return resources.find(({ id }) => id === vipResource)?.nodes.join(', ') ?? '';
}

/** Members on which Traefik runs: the address may go there. */
function whoServes({ members, resources }: ClusterState): string[] {
  const running = resources.filter(({ id, failed }) => id === traefikResource && !failed).flatMap(({ nodes }) => nodes);
  return members.filter(({ name, online, standby }) => online && !standby && running.includes(name)).map(({ name }) => name);
}

function idle({ resources }: ClusterState, node: string): boolean {
  return resources.every(({ id, nodes }) => (id !== vipResource && id !== traefikResource) || !nodes.includes(node));
}

/** Somebody has the address; and what was wrong before, with another node say, is no matter of this one. */
function isNoWorse(state: ClusterState, before: ClusterState): boolean {
  const known = new Set(judgeCluster(before).problems);
  return holders(state) !== '' && judgeCluster(state).problems.every((problem) => known.has(problem));
}

function isWhole(state: ClusterState): boolean {
  return judgeCluster(state).problems.length === 0;
}
