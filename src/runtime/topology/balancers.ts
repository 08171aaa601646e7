import type { ContainerSpec } from '../engine/container-spec.ts';
import type { Topology } from './topology.ts';

/** A Traefik, and the container whose image is ours and has a shell: that of its node. */
export interface Balancer {
  readonly name: string;
  readonly node: string;
}

export function balancersOf({ services }: Pick<Topology, 'services'>): Balancer[] {
  return services
    .filter((service) => service.component === 'traefik')
    .map(({ name, container }) => ({ name, node: container.joins ?? container.name }));
}

/** Whether Traefik sends requests to it. */
export function isRouted({ labels }: Pick<ContainerSpec, 'labels'>): boolean {
  return labels['traefik.enable'] === 'true';
}
