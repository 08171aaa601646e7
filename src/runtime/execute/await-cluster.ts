import { setTimeout as pause } from 'node:timers/promises';
import { judgeCluster } from '../cluster/judge-cluster.ts';
import { readClusterState } from '../cluster/read-state.ts';
import type { Engine } from '../engine/port.ts';
import { InterruptedError, OperationError } from '../errors.ts';
import { clusterComponents } from '../topology/cluster/members.ts';
import type { Topology } from '../topology/topology.ts';

const pollIntervalMs = 300;

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
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    if (options.signal.aborted) throw new InterruptedError();
    const { problems } = judgeCluster(await readClusterState(engine, nodes));
    if (problems.length === 0) return;
    if (performance.now() > deadline) {
      throw new OperationError(`the cluster is not whole after ${options.timeoutMs / 1000} s: ${problems[0] ?? ''}`, {
        remedy: 'look at "haplat status" and "haplat logs lb_1", then run "haplat up" again',
        details: problems.slice(1),
      });
    }
    await pause(pollIntervalMs);
  }
}
