import { labels } from '../engine/labels.ts';
import type { Engine, ObservedContainer } from '../engine/port.ts';
import { readVipHolders } from '../status/vip-holders.ts';

/** A service as a drill sees it. */
export interface DrillService {
  readonly name: string;
  readonly component: string;
  readonly container: string;
  readonly image: string;
  readonly addresses: readonly string[];
  readonly podOwner?: string;
}

export interface PlatformView {
  /** What is not as it should be; empty: all is well. */
  readonly problems: readonly string[];
  readonly holders: readonly string[];
  /** By service name. */
  readonly services: ReadonlyMap<string, DrillService>;
  /** Service name → container name, of the nodes that may have the virtual address. */
  readonly nodes: ReadonlyMap<string, string>;
}

const nodeComponent = 'keepalived';

/** Looks whether every container is running and healthy, and exactly one node has the virtual address. */
export async function viewPlatform(engine: Engine, project: string, vip: string): Promise<PlatformView> {
  const containers = (await engine.listContainers({ project })).filter(isService);
  const services = containers.map(toService);
  const nodes = services.filter((one) => one.component === nodeComponent);
  const running = new Set(containers.filter((one) => one.state === 'running').map((one) => one.name));
  const asked = nodes.filter((node) => running.has(node.container)).map((node) => [node.name, node.container] as const);
  const { holders, unknown } = await readVipHolders(engine, vip, new Map(asked));
  return {
    problems: [
      ...(containers.length === 0 ? ['nothing of this platform is there'] : []),
      ...containers.flatMap(problemOf),
      ...unknown.map(({ node, reason }) => `${node} could not be asked for its addresses: ${reason}`),
      ...(holders.length === 1 ? [] : [holders.length === 0 ? 'nobody has the virtual address' : `${holders.join(' and ')} have the virtual address`]),
    ],
    holders,
    services: new Map(services.map((one) => [one.name, one])),
    nodes: new Map(nodes.map((node) => [node.name, node.container])),
  };
}

function isService(container: ObservedContainer): boolean {
  return container.labels[labels.drill] === undefined && (container.labels[labels.service] ?? '') !== '';
}

function toService(container: ObservedContainer): DrillService {
  const podOwner = container.labels[labels.podOwner];
  return {
    name: container.labels[labels.service] ?? '',
    component: container.labels[labels.component] ?? '',
    container: container.name,
    image: container.image,
    addresses: Object.values(container.addresses).filter((address) => address !== ''),
    ...(podOwner !== undefined && podOwner !== '' && { podOwner }),
  };
}

function problemOf(container: ObservedContainer): string[] {
  const service = container.labels[labels.service] ?? container.name;
  if (container.state !== 'running') return [`${service} is ${container.state}`];
  return container.health === 'healthy' || container.health === 'none' ? [] : [`${service} is ${container.health}`];
}
