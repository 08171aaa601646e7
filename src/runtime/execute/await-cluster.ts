import { judgeCluster } from '../cluster/judge-cluster.ts';
import { readClusterState } from '../cluster/read-state.ts';
import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import type { ClusterState } from '../cluster/state.ts';
import type { ClusterNode } from '../plan/operation.ts';
import { traefikResource } from '../topology/cluster/cib.ts';
import { memberContainers } from '../topology/cluster/members.ts';
import type { Topology } from '../topology/topology.ts';
import { type Deadline, waitFor } from '../wait-until.ts';

const pollMs = 300;

/**
 * Waits until the cluster is whole: quorate, every node a member, Traefik on each, the address on one. Nothing to wait
 * for where there is no cluster. OperationError with what is missing on the deadline.
 */
export async function awaitCluster(
  engine: Pick<Engine, 'exec'>,
  topology: Topology,
  options: Deadline,
): Promise<void> {
  if (topology.cluster === undefined) return;
  const nodes = memberContainers(topology.services);
  let problems: readonly string[] = [];
  const isWhole = await waitFor(async () => {
    ({ problems } = judgeCluster(await readClusterState(engine, nodes)));
    return problems.length === 0;
  }, { ...options, pollMs });
  if (!isWhole) {
    throw new OperationError(`the cluster is not whole after ${options.timeoutMs / 1000} s: ${problems[0] ?? ''}`, {
      remedy: 'look at "haplat status" and "haplat logs lb_1", then run "haplat up" again',
      details: problems.slice(1),
    });
  }
}

/** A node that the cluster is to have. */
export interface AwaitedMember {
  readonly node: string;
  /** Whether Traefik is to run on it. */
  readonly serves: boolean;
  /** All who may be asked. */
  readonly nodes: readonly ClusterNode[];
}

/**
 * Waits until a node has joined the cluster and does its part there: the next one may only be taken away then.
 * OperationError on the deadline.
 */
export async function awaitMember(
  engine: Pick<Engine, 'exec'>,
  { node, serves, nodes }: AwaitedMember,
  options: Deadline,
): Promise<void> {
  const asked = new Map(nodes.map(({ name, container }) => [name, container]));
  const hasJoined = await waitFor(async () => {
    const state = await readClusterState(engine, asked);
    return state !== undefined && doesItsPart(state, node, serves);
  }, { ...options, pollMs });
  if (hasJoined) return;
  throw new OperationError(`${node} has not joined the cluster after ${options.timeoutMs / 1000} s`, {
    remedy: `look at "haplat status" and "haplat logs ${node}", then run "haplat up" again; no further node was taken away`,
  });
}

function doesItsPart({ quorate, members, resources }: ClusterState, node: string, serves: boolean): boolean {
  const member = members.find(({ name }) => name === node);
  if (!quorate || member?.online !== true || member.pending || member.unclean) return false;
  return !serves || member.standby || resources.some(({ id, nodes }) => id === traefikResource && nodes.includes(node));
}
