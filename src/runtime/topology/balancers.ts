import type { ContainerSpec } from '../engine/container-spec.ts';
import type { Topology } from './topology.ts';

/** A Traefik, and the container whose image is ours and has a shell: that of its node. */
export interface Balancer {
  readonly name: string;
  readonly container: string;
  readonly node: string;
  /** Set where a cluster starts and stops it: it does not run on a node that is on standby. */
  readonly inCluster?: true;
}

export function balancersOf({ services }: Pick<Topology, 'services'>): Balancer[] {
  return services.flatMap(({ name, component, container }): Balancer[] => {
    if (component === 'lb') return [{ name, container: container.name, node: container.name, inCluster: true }];
    return component === 'traefik' ? [{ name, container: container.name, node: container.joins ?? container.name }] : [];
  });
}

/** Whether Traefik sends requests to it. */
export function isRouted({ labels }: Pick<ContainerSpec, 'labels'>): boolean {
  return labels['traefik.enable'] === 'true';
}
