import type { Engine } from '../engine/port.ts';
import { clusterStateCommand } from '../topology/cluster/paths.ts';
import { isSameFencing, parseClusterState, timeMsOf, type ClusterState, type FencingEvent } from './state.ts';

const execTimeoutMs = 5000;

/** The views that several nodes have; they agree unless the cluster is split, or one is just coming or going. */
async function readClusterStates(engine: Pick<Engine, 'exec'>, nodes: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, ClusterState>> {
  const views = await Promise.all([...nodes].map(async ([name, container]) => [name, await readOne(engine, container)] as const));
  return new Map(views.flatMap(([name, view]) => (view === undefined ? [] : [[name, view]])));
}

/** The view of the part that decides: a quorate one if there is any; who was fenced, from all. Undefined when no node answers. */
export async function readClusterState(engine: Pick<Engine, 'exec'>, nodes: ReadonlyMap<string, string>): Promise<ClusterState | undefined> {
  const views = [...(await readClusterStates(engine, nodes)).values()];
  const view = views.find(({ quorate, dc }) => quorate && dc !== undefined) ?? views.find(({ quorate }) => quorate) ?? views[0];
  return view && { ...view, fencing: { ...view.fencing, history: historyOf(view, views) } };
}

/** A node that has just come is told what happened before it only seconds after it is a member. Newest first, as crm_mon has it. */
function historyOf(view: ClusterState, views: readonly ClusterState[]): FencingEvent[] {
  const all = [...view.fencing.history, ...views.flatMap(({ fencing }) => fencing.history.filter(({ at }) => at !== undefined))];
  const once = all.filter((event, index) => !all.slice(0, index).some((earlier) => isSameFencing(earlier, event)));
  return once.toSorted((one, other) => timeMsOf(other) - timeMsOf(one));
}

async function readOne(engine: Pick<Engine, 'exec'>, container: string): Promise<ClusterState | undefined> {
  try {
    const { stdout, exitCode } = await engine.exec(container, clusterStateCommand, { timeoutMs: execTimeoutMs });
    return exitCode === 0 ? parseClusterState(stdout) : undefined;
  } catch {
    // A node that starts or dies has no view.
    return undefined;
  }
}
