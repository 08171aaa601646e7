import { labels } from '../engine/labels.ts';
import type { Engine, ObservedContainer } from '../engine/port.ts';
import { readVipHolders } from '../status/vip-holders.ts';

export interface SteadyState {
  /** What is not as it should be; empty: all is well. */
  readonly problems: readonly string[];
  readonly holders: readonly string[];
  /** Service name → container name. */
  readonly services: ReadonlyMap<string, string>;
  /** Service name → container name, of the nodes that may have the virtual address. */
  readonly nodes: ReadonlyMap<string, string>;
}

const nodeComponent = 'keepalived';

/** Whether every container is running and healthy, and exactly one node has the virtual address. */
export async function readSteadyState(engine: Engine, project: string, vip: string): Promise<SteadyState> {
  const containers = (await engine.listContainers({ project })).filter(isService);
  const byName = (some: readonly ObservedContainer[]) => new Map(some.map((one) => [one.labels[labels.service] ?? '', one.name]));
  const nodes = containers.filter((one) => one.labels[labels.component] === nodeComponent);
  const running = byName(nodes.filter((one) => one.state === 'running'));
  const { holders, unknown } = await readVipHolders(engine, vip, running);
  return {
    problems: [
      ...(containers.length === 0 ? ['nothing of this platform is there'] : []),
      ...containers.flatMap(problemOf),
      ...unknown.map(({ node, reason }) => `${node} could not be asked for its addresses: ${reason}`),
      ...(holders.length === 1 ? [] : [`${holders.length === 0 ? 'nobody has' : `${holders.join(' and ')} have`} the virtual address`]),
    ],
    holders,
    services: byName(containers),
    nodes: byName(nodes),
  };
}

function isService(container: ObservedContainer): boolean {
  return container.labels[labels.drill] === undefined && (container.labels[labels.service] ?? '') !== '';
}

function problemOf(container: ObservedContainer): string[] {
  const service = container.labels[labels.service] ?? container.name;
  if (container.state !== 'running') return [`${service} is ${container.state}`];
  return container.health === 'healthy' || container.health === 'none' ? [] : [`${service} is ${container.health}`];
}
