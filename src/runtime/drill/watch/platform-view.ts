import { judgeCluster } from '../../cluster/judge-cluster.ts';
import { readClusterState } from '../../cluster/read-state.ts';
import { componentOf, isOfDrill, isWell, podOwnerOf, serviceOf, subjectOf } from '../../engine/identity.ts';
import type { Engine, ObservedContainer } from '../../engine/port.ts';
import { readVipHolders } from '../../observe/vip-holders.ts';
import { isNode, membersIn } from '../../topology/cluster/members.ts';

/** A service as a drill sees it. */
export interface DrillService {
  readonly name: string;
  readonly component: string;
  readonly container: string;
  readonly image: string;
  readonly addresses: readonly string[];
  readonly podOwner?: string;
  /** A process in its owner's container, not a container: a Traefik that the cluster runs. */
  readonly process?: 'traefik';
}

export interface PlatformView {
  /** What is not as it should be; empty: all is well. */
  readonly problems: readonly string[];
  /** Nothing is wrong but that checks of what has just started have not told yet. */
  readonly isStarting: boolean;
  readonly holders: readonly string[];
  /** By service name. */
  readonly services: ReadonlyMap<string, DrillService>;
  /** Service name → container name, of the nodes that may have the virtual address. */
  readonly nodes: ReadonlyMap<string, string>;
  /** The cluster's coordinator, where there is a cluster. */
  readonly dc?: string;
}

/** A service that there is to be. */
export type ExpectedService = Pick<DrillService, 'name' | 'component' | 'podOwner'>;

/** Where to look, and for what. */
interface Look {
  readonly engine: Engine;
  readonly project: string;
  readonly vip: string;
  readonly expected: readonly ExpectedService[];
}

/** Looks whether every container is there, running and healthy, and exactly one node has the virtual address. */
export async function viewPlatform({ engine, project, vip, expected }: Look): Promise<PlatformView> {
  const containers = (await engine.listContainers({ project })).filter(isService);
  const services = containers.map(toService);
  const nodes = services.filter((one) => isNode(one.component));
  const running = new Set(containers.filter((one) => one.state === 'running').map((one) => one.name));
  const asked = nodes.filter((node) => running.has(node.container)).map((node) => [node.name, node.container] as const);
  const members = membersIn(services);
  const asking = members.filter((one) => running.has(one.container)).map((one) => [one.name, one.container] as const);
  const [{ holders, unknown }, cluster] = await Promise.all([
    readVipHolders(engine, vip, new Map(asked)),
    members.length === 0 ? undefined : readClusterState(engine, new Map(asking)),
  ]);
  const missing = expected.filter(({ name }) => !services.some((one) => one.name === name));
  const problems = [
    ...(containers.length === 0 ? ['nothing of this platform is there'] : missing.map(({ name }) => `${name} is missing`)),
    ...containers.flatMap(problemOf),
    ...unknown.map(({ node, reason }) => `${node} could not be asked for its addresses: ${reason}`),
    ...(members.length === 0 ? [] : judgeCluster(cluster).problems),
    ...(holders.length === 1 ? [] : [holders.length === 0 ? 'nobody has the virtual address' : `${holders.join(' and ')} have the virtual address`]),
  ];
  const starting = containers.filter((one) => one.state === 'running' && one.health === 'starting');
  return {
    problems,
    isStarting: problems.length > 0 && problems.length === starting.length,
    holders,
    ...(cluster?.dc !== undefined && { dc: cluster.dc }),
    services: byName(services),
    nodes: new Map(nodes.map((node) => [node.name, node.container])),
  };
}

/** By name, with those that are processes in a node. */
function byName(services: readonly DrillService[]): Map<string, DrillService> {
  return new Map([...services, ...services.flatMap(processOf)].map((one) => [one.name, one]));
}

/** What a drill may name, by the configuration alone. */
export function servicesToBe(expected: readonly ExpectedService[]): ReadonlyMap<string, DrillService> {
  return byName(expected.map((one) => ({ ...one, container: '', image: '', addresses: [] })));
}

/** A cluster's node has its Traefik inside; drills know it by the name that it has elsewhere. */
function processOf({ name, component, container, image }: DrillService): DrillService[] {
  if (component !== 'lb') return [];
  return [{ name: name.replace('lb_', 'traefik_'), component: 'traefik', container, image, addresses: [], podOwner: name, process: 'traefik' }];
}

function isService(container: ObservedContainer): boolean {
  return !isOfDrill(container) && serviceOf(container) !== undefined;
}

function toService(container: ObservedContainer): DrillService {
  const podOwner = podOwnerOf(container);
  return {
    name: subjectOf(container),
    component: componentOf(container),
    container: container.name,
    image: container.image,
    addresses: Object.values(container.addresses).filter((address) => address !== ''),
    ...(podOwner !== undefined && { podOwner }),
  };
}

function problemOf(container: ObservedContainer): string[] {
  const service = subjectOf(container);
  if (container.state !== 'running') return [`${service} is ${container.state}`];
  return isWell(container) ? [] : [`${service} is ${container.health}`];
}
