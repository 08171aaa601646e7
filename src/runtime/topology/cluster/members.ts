import type { Config } from '../../config/schema/config.ts';
import { clusterAddresses, defaultClusterNodes } from '../../config/schema/node-addresses.ts';
import { fullName } from '../names.ts';
import type { Service, Topology } from '../topology.ts';

/** A member of the cluster: a load balancer, or one that only has a vote. */
export interface Member {
  /** Its service, and its name in the cluster: `lb_1`. */
  readonly name: string;
  readonly container: string;
  readonly id: number;
  readonly address: string;
  readonly serves: boolean;
}

/** The service of the node that only votes. */
export const quorumName = 'quorum';

/** Far from those of the nodes that serve: a cluster keeps its nodes by their ids, and no id may become another's. */
const quorumId = 100;

/** Every node of the cluster, those that serve first. Empty where Keepalived does it. */
export function clusterMembers(config: Config): Member[] {
  if (config.loadBalancers.manager !== 'pacemaker') return [];
  const names = clusterNodeNames(config);
  return clusterAddresses(config).map((address, index) => {
    const serves = index < names.length;
    const name = names[index] ?? quorumName;
    return { name, container: fullName(config.project, name), id: serves ? index + 1 : quorumId, address, serves };
  });
}

/** `lb_1`, `lb_2`, …: the nodes that serve. */
export function clusterNodeNames({ loadBalancers }: Pick<Config, 'loadBalancers'>): string[] {
  return Array.from({ length: loadBalancers.nodes ?? defaultClusterNodes }, (_, index) => `lb_${index + 1}`);
}

/** Whether a component is a node of a cluster. */
export function isMember(component: string): boolean {
  return component === 'lb' || component === 'quorum';
}

/** The nodes of a topology's cluster; none where Keepalived does it. */
export function membersIn<S extends { readonly component: string }>(services: readonly S[]): S[] {
  return services.filter(({ component }) => isMember(component));
}

/** The same: name in the cluster → container name. */
export function memberContainers(services: readonly Service[]): Map<string, string> {
  return new Map(membersIn(services).map(({ name, container }) => [name, container.name]));
}

/** Whether the virtual address may be in a component's network namespace. */
export function isNode(component: string): boolean {
  return component === 'keepalived' || component === 'lb';
}

/** Those of a topology: service name → container name. */
export function addressNodes({ services }: Pick<Topology, 'services'>): Map<string, string> {
  return new Map(services.filter(({ component }) => isNode(component)).map(({ name, container }) => [name, container.name]));
}
