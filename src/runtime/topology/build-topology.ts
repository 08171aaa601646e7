import type { VolumeSpec } from '../engine/container-spec.ts';
import { labels } from '../engine/labels.ts';
import { apps } from './app.ts';
import { broker } from './broker.ts';
import { clusterConfiguration } from './cluster/cib.ts';
import { fencingVolume } from './cluster/paths.ts';
import type { TopologyContext } from './context.ts';
import { database } from './database.ts';
import { edge } from './edge.ts';
import { controlVolume, engineProxies } from './engine-proxy.ts';
import { guardians, guardianVolumes } from './guardian.ts';
import { keepingChecks } from './keep-checking.ts';
import { loadBalancers } from './load-balancer.ts';
import { monitoring } from './monitoring.ts';
import { fullName } from './names.ts';
import { networks } from './networks.ts';
import type { ImageSpec, Service, Topology } from './topology.ts';
import { workers } from './worker.ts';

/**
 * What should exist for this configuration. Throws ConfigError when the addresses of the public network can't work and
 * RenderError when a template is broken.
 */
export function buildTopology(context: TopologyContext): Topology {
  return {
    project: context.config.project,
    networks: networks(context),
    volumes: volumes(context),
    images: images(context),
    services: services(context).map((service) => keepingChecks(context, service)),
    ...(context.config.loadBalancers.manager === 'pacemaker' && { cluster: clusterConfiguration(context) }),
  };
}

function services(context: TopologyContext): Service[] {
  return [
    ...engineProxies(context),
    database(context),
    broker(context),
    ...loadBalancers(context),
    ...apps(context),
    ...workers(context),
    edge(context),
    ...guardians(context),
    ...monitoring(context),
  ];
}

function volumes({ config }: TopologyContext): VolumeSpec[] {
  const { manager, fencing } = config.loadBalancers;
  const cluster = manager === 'pacemaker' && fencing ? [fencingVolume] : [];
  return ['db_data', 'rabbitmq_data', controlVolume, ...cluster, ...guardianVolumes()].map((name) => ({
    name: fullName(config.project, name),
    labels: { [labels.project]: config.project },
  }));
}

function images({ config, images: own }: TopologyContext): ImageSpec[] {
  const pulled = [
    config.loadBalancers.image,
    config.postgres.image,
    config.rabbitmq.image,
    config.engineProxy.image,
    ...(config.netdata.enabled ? [config.netdata.image] : []),
  ];
  const recipes = [config.loadBalancers.manager === 'pacemaker' ? 'cluster' : 'keepalived', 'edge', 'runtime'] as const;
  return [
    ...[...new Set(pulled)].map((reference): ImageSpec => ({ kind: 'pull', reference })),
    ...recipes.map((recipe): ImageSpec => ({ kind: 'build', reference: own[recipe], recipe, baseImage: config.baseImage })),
  ];
}
