import { readConfigurationHash } from '../cluster/configure.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { componentOf, subjectOf } from '../engine/identity.ts';
import { labels } from '../engine/labels.ts';
import type { Engine, ObservedContainer } from '../engine/port.ts';
import { ConfigError } from '../errors.ts';
import { servicesWithoutFiles } from '../execute/write-files.ts';
import { withStartingJudged } from '../observe/own-check.ts';
import { readUnrouted } from '../observe/routing.ts';
import { readVipHolders } from '../observe/vip-holders.ts';
import type { ObservedState, Resources } from '../plan/observed-state.ts';
import { isMember, isNode } from '../topology/cluster/members.ts';
import type { Topology } from '../topology/topology.ts';
import { frontDoorOf } from './front-door/front-door.ts';
import { balancersThatKeepAnother } from './front-door/served-certificates.ts';

/** Asks the Engine what there is of a project, all at once. */
export async function observeProject(engine: Pick<Engine, 'listContainers' | 'listNetworks' | 'listVolumes'>, project: string): Promise<Resources> {
  const [containers, networks, volumes] = await Promise.all([
    engine.listContainers({ project }),
    engine.listNetworks({ project }),
    engine.listVolumes({ project }),
  ]);
  return { containers, networks, volumes };
}

/**
 * Like `observeProject`, with the images that the topology needs, the files on the host and who has the virtual address.
 * Throws ConfigError when a name of ours is taken by something that haplat did not make: it would not touch that.
 */
export async function observeFor(engine: Engine, desired: Topology, loaded: LoadedConfig): Promise<ObservedState> {
  const { config, stateDirectory } = loaded;
  const references = [...new Set(desired.images.map((image) => image.reference))];
  const [resources, withoutFiles, images] = await Promise.all([
    observeProject(engine, desired.project),
    servicesWithoutFiles(stateDirectory, desired.services),
    Promise.all(references.map(async (reference) => [reference, (await engine.inspectImage(reference))?.id] as const)),
  ]);
  await rejectForeignNames(engine, desired, resources);
  const containers = await withStartingJudged(engine, resources.containers, desired.services.map((service) => service.container));
  const [clusterHash, vipHolder, withAnotherCertificate, unrouted] = await Promise.all([
    readClusterHash(engine, desired, containers),
    readVipHolder(engine, config.network.vip, containers),
    balancersThatKeepAnother(loaded, engine, desired, containers),
    readUnrouted(engine, desired, containers),
  ]);
  return {
    ...resources,
    withoutFiles,
    withAnotherCertificate: new Set(withAnotherCertificate),
    // Whose checks fail can't be helped by a new one: something is between the two.
    unaware: new Map(unrouted.filter(({ isKnown }) => !isKnown).map(({ balancer, replica }) => [balancer, replica])),
    unpublished: new Set(vipHolder === undefined ? [] : await readUnpublished(engine, loaded, containers)),
    ...(clusterHash !== undefined && { clusterHash }),
    ...(vipHolder !== undefined && { vipHolder }),
    containers,
    imageIds: Object.fromEntries(images.flatMap(([reference, id]) => (id === undefined ? [] : [[reference, id]]))),
  };
}

async function readClusterHash(engine: Engine, desired: Topology, containers: readonly ObservedContainer[]): Promise<string | undefined> {
  const nodes = containers.filter((one) => isMember(componentOf(one)) && one.state === 'running');
  return desired.cluster && readConfigurationHash(engine, nodes.map(({ name }) => name));
}

/** Undefined as well where several have it. */
async function readVipHolder(engine: Engine, vip: string, containers: readonly ObservedContainer[]): Promise<string | undefined> {
  const nodes = containers.filter((one) => isNode(componentOf(one)) && one.state === 'running');
  const { holders } = await readVipHolders(engine, vip, new Map(nodes.map((one) => [subjectOf(one), one.name])));
  return holders.length === 1 ? holders[0] : undefined;
}

/** The Engine takes no notice when the process or the rule is gone that brings a port to its container. */
async function readUnpublished(engine: Engine, loaded: LoadedConfig, containers: readonly ObservedContainer[]): Promise<string[]> {
  const edges = containers.filter((one) => componentOf(one) === 'edge' && one.health === 'healthy');
  const isUnpublished = edges.length > 0 && (await frontDoorOf(loaded, engine))?.isUnpublished === true;
  return isUnpublished ? edges.map(subjectOf) : [];
}

async function rejectForeignNames(engine: Engine, desired: Topology, state: Resources): Promise<void> {
  const known = new Set(state.containers.map((container) => container.name));
  const missing = desired.services.map((service) => service.container.name).filter((name) => !known.has(name));
  const present = await Promise.all(missing.map(async (name) => ({ name, container: await engine.inspectContainer(name) })));
  const foreign = present.find(({ container }) => container !== undefined && container.labels[labels.project] !== desired.project);
  if (foreign !== undefined) throw clash(desired.project, 'container', foreign.name);

  await rejectForeignVolumes(engine, desired, state);
  const missingNetworks = desired.networks.filter((network) => !state.networks.some((one) => one.name === network.name));
  if (missingNetworks.length === 0) return;
  const all = await engine.listNetworks();
  // One of ours among them was made a moment ago, by an up that was killed and whose last call the Engine still carried out.
  const foreignNetworks = all.filter((one) => one.labels[labels.project] !== desired.project);
  const taken = missingNetworks.find((network) => foreignNetworks.some((one) => one.name === network.name));
  if (taken !== undefined) throw clash(desired.project, 'network', taken.name);
}

/** The Engine takes one that is there for the one that is to be made, whoever's data it has. */
async function rejectForeignVolumes(engine: Engine, desired: Topology, state: Resources): Promise<void> {
  const missing = desired.volumes.filter(({ name }) => !state.volumes.some((one) => one.name === name));
  if (missing.length === 0) return;
  const foreign = (await engine.listVolumes()).filter((one) => one.labels[labels.project] !== desired.project);
  const taken = missing.find(({ name }) => foreign.some((one) => one.name === name));
  if (taken === undefined) return;
  throw clash(desired.project, 'volume', taken.name, `; data that belongs to it goes into one made with "docker volume create --label ${labels.project}=${desired.project} ${taken.name}"`);
}

function clash(project: string, kind: string, name: string, more = ''): ConfigError {
  return new ConfigError(`project: ${project}: the ${kind} name ${name} is taken by one that haplat did not make`, {
    remedy: `remove that ${kind}, or choose another project name with --project or the key "project"${more}`,
  });
}
