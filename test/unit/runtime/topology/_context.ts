import { readAssets } from '../../../../src/runtime/assets/source-assets.ts';
import { configSchema } from '../../../../src/runtime/config/schema/config.ts';
import { buildTopology } from '../../../../src/runtime/topology/build-topology.ts';
import type { TopologyContext } from '../../../../src/runtime/topology/context.ts';
import type { Service, Topology } from '../../../../src/runtime/topology/topology.ts';

export const secrets = {
  dbPassword: 'secret-of-db',
  dbMonitorPassword: 'secret-of-db-monitor',
  brokerPassword: 'secret-of-broker',
  brokerMonitorPassword: 'secret-of-broker-monitor',
};

const { templates } = readAssets();

/** A context with the real templates and what a test sets of the configuration. */
export function contextOf(config: object = {}): TopologyContext {
  return {
    config: configSchema.parse(config),
    stateDirectory: '/state',
    engineSocket: '/some/docker.sock',
    owner: { uid: 1234, gid: 5678 },
    images: { runtime: 'haplat/runtime:1', keepalived: 'haplat/keepalived:2', edge: 'haplat/edge:3', cluster: 'haplat/cluster:4' },
    secrets,
    templates,
  };
}

export function topologyOf(config: object = {}): Topology {
  return buildTopology(contextOf(config));
}

export function serviceOf(topology: Topology, name: string): Service {
  const service = topology.services.find((one) => one.name === name);
  if (service === undefined) throw new Error(`there is no service ${name}`);
  return service;
}

export function fileOf(service: Service, path: string): string {
  const file = service.files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`${service.name} has no file ${path}`);
  return file.text;
}
