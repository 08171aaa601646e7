import { judgeCluster } from '../cluster/judge-cluster.ts';
import { readClusterState } from '../cluster/read-state.ts';
import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import { clusterComponents } from '../topology/cluster/members.ts';
import type { Topology } from '../topology/topology.ts';
import { waitUntil } from '../wait-until.ts';

const pollMs = 300;

/**
 * Waits until the cluster is whole: quorate, every node a member, Traefik on each, the address on one. Nothing to wait
 * for where there is no cluster. OperationError with what is missing on the deadline.
 */
export async function awaitCluster(
  engine: Pick<Engine, 'exec'>,
  topology: Topology,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  if (topology.cluster === undefined) return;
  const nodes = new Map(
    topology.services.filter(({ component }) => clusterComponents.has(component)).map(({ name, container }) => [name, container.name]),
  );
  let problems: readonly string[] = [];
  const isWhole = await waitUntil(async () => {
    ({ problems } = judgeCluster(await readClusterState(engine, nodes)));
    return problems.length === 0 ? true : undefined;
  }, { ...options, pollMs });
  if (isWhole === undefined) {
    throw new OperationError(`the cluster is not whole after ${options.timeoutMs / 1000} s: ${problems[0] ?? ''}`, {
      remedy: 'look at "haplat status" and "haplat logs lb_1", then run "haplat up" again',
      details: problems.slice(1),
    });
  }
}
