import { cleanUp, moveAddress, onlineNode, standbyNode, type ClusterResult, type ClusterWork } from '../../runtime/platform/cluster.ts';
import type { Invocation } from '../invocation.ts';
import { clusterLines } from '../present/cluster.ts';

export async function runClusterStandby(invocation: Invocation, _options: object, [node = '']: readonly string[]): Promise<void> {
  await work(invocation, (inputs) => standbyNode(inputs, node));
}

export async function runClusterOnline(invocation: Invocation, _options: object, [node = '']: readonly string[]): Promise<void> {
  await work(invocation, (inputs) => onlineNode(inputs, node));
}

export async function runClusterMove(invocation: Invocation, _options: object, [node]: readonly string[]): Promise<void> {
  await work(invocation, (inputs) => moveAddress(inputs, node));
}

export async function runClusterCleanup(invocation: Invocation): Promise<void> {
  await work(invocation, cleanUp);
}

async function work(invocation: Invocation, action: (inputs: ClusterWork) => Promise<ClusterResult>): Promise<void> {
  const loaded = await invocation.loadConfig();
  const engine = await invocation.connect(loaded);
  const { done, cluster } = await action({ loaded, engine, signal: invocation.signal, onNote: invocation.note });
  invocation.result({ schema: 'haplat.cluster/1', project: loaded.config.project, done, cluster }, () => [done, ...clusterLines(cluster)].join('\n'));
}
