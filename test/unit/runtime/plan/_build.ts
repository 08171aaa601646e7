import type { ContainerSpec } from '../../../../src/runtime/engine/container-spec.ts';
import type { ObservedContainer } from '../../../../src/runtime/engine/port.ts';
import { configParts, identityLabels } from '../../../../src/runtime/plan/config-hash.ts';
import type { Plan } from '../../../../src/runtime/plan/operation.ts';
import type { ObservedState } from '../../../../src/runtime/plan/observed-state.ts';
import type { Service, Topology } from '../../../../src/runtime/topology/topology.ts';

/** A service with nothing special about it. */
export function aService(
  name: string,
  extra: Partial<Omit<Service, 'container'>> & { readonly container?: Partial<ContainerSpec> } = {},
): Service {
  return {
    name,
    component: 'app',
    layer: 'application',
    dependsOn: [],
    files: [],
    ...extra,
    container: {
      name: `p-${name}`,
      hostname: name,
      image: 'image:1',
      env: {},
      labels: {},
      networks: [{ network: 'p-net', aliases: [name] }],
      mounts: [],
      ports: [],
      capAdd: [],
      sysctls: {},
      readOnlyRootfs: true,
      init: false,
      healthcheck: { command: ['true'], intervalMs: 5000, timeoutMs: 2000, retries: 2, startPeriodMs: 1000 },
      restart: 'always',
      stopGraceMs: 5000,
      ...extra.container,
    },
  };
}

export function aTopology(services: readonly Service[], extra: Partial<Topology> = {}): Topology {
  return {
    project: 'p',
    networks: [{ name: 'p-net', subnet: '10.1.0.0/24', gateway: '10.1.0.1', internal: true, labels: {} }],
    volumes: [],
    images: [{ kind: 'pull', reference: 'image:1' }],
    services,
    ...extra,
  };
}

/** What the Engine shows after a successful `up` of this topology. */
export function asObserved(topology: Topology): ObservedState {
  return {
    containers: topology.services.map((service) => observedContainer(topology, service)),
    networks: topology.networks.map((one, index) => ({ id: String(index), name: one.name, subnets: [one.subnet], internal: one.internal, labels: {} })),
    volumes: topology.volumes.map((one) => ({ name: one.name, labels: {} })),
    withoutFiles: new Set(),
    unpublished: new Set(),
    withAnotherCertificate: new Set(),
    unaware: new Map(),
    imageIds: Object.fromEntries(topology.images.map((one) => [one.reference, `id of ${one.reference}`])),
  };
}

export function observedContainer(topology: Topology, service: Service, extra: Partial<ObservedContainer> = {}): ObservedContainer {
  const parts = configParts(service, topology.networks);
  return {
    id: service.name,
    name: service.container.name,
    state: 'running',
    health: 'healthy',
    image: service.container.image,
    imageId: `id of ${service.container.image}`,
    labels: identityLabels(topology.project, service, parts),
    addresses: Object.fromEntries(service.container.networks.map((one) => [one.network, '10.1.0.9'])),
    ...extra,
  };
}

/** The same state with one container changed. */
export function withContainer(state: ObservedState, name: string, change: Partial<ObservedContainer>): ObservedState {
  return { ...state, containers: state.containers.map((one) => (one.name === name ? { ...one, ...change } : one)) };
}

/** One operation a line. */
export function planToText({ operations }: Plan): string {
  return operations.map(({ id, cause, after }) => `${id} — ${cause}${after.length > 0 ? ` [after ${after.join(', ')}]` : ''}`).join('\n');
}
