import { setTimeout as pause } from 'node:timers/promises';
import type { LoadedConfig } from '../../config/load-config.ts';
import { checkUsers, type Check } from '../../doctor/checks.ts';
import { checkFiles } from '../../doctor/files.ts';
import { serviceOf } from '../../engine/identity.ts';
import type { Engine } from '../../engine/port.ts';
import { ConfigError } from '../../errors.ts';
import type { Resources } from '../../plan/observed-state.ts';
import type { Topology } from '../../topology/topology.ts';
import { portState, readRoutes, type PortState } from './host.ts';
import { isHere } from '../this-machine.ts';
import { findSubnetConflicts, hasUnlistedBridge, publishedPorts, type Conflict, type HostPort } from './host-conflicts.ts';
import { observeProject } from '../observe.ts';
import { findCrampedNetworks } from './room.ts';
import { requireOwnState } from '../state/state-in-use.ts';

/** How long a container that was told to start may take until the Engine lists its ports, or a network until it is listed. */
const startingWithinMs = 3000;
const lookEachMs = 200;
/**
 * Another haplat that looks at the same moment has a port for an instant, and one that is at work may have made the container
 * that has it since ours were observed: a second and a third look, not at the same distance for both, tell these.
 */
const looksAtLeast = 3;

/**
 * What is wrong with a configuration that can't be told by it alone: networks too small for all, an Engine that maps users or has other files, subnets that
 * something else has, ports that are taken. Throws ConfigError for the first of them, with the others as details. What
 * the project itself already has is no conflict.
 */
export async function preflight(loaded: LoadedConfig, engine: Engine, observed: Resources, topology: Topology): Promise<void> {
  refuse(checkUsers(await engine.info()));
  refuse(await checkFiles(engine, loaded.stateDirectory));
  await requireOwnState(loaded, engine);
  const conflicts = [...findCrampedNetworks(topology), ...(await findConflicts(loaded, engine, observed))];
  const [first, ...others] = conflicts;
  if (first === undefined) return;
  const line = (one: Conflict) => `${loaded.source === 'defaults' ? 'defaults' : loaded.source}: ${one.key}: ${one.message}`;
  throw new ConfigError(line(first), { remedy: first.remedy, details: others.map((one) => `${line(one)} (${one.remedy})`) });
}

function refuse({ state, detail, remedy }: Check): void {
  if (state === 'fail') throw new ConfigError(`this Docker Engine can't have the platform: ${detail}`, remedy === undefined ? {} : { remedy });
}

/** What tells of conflicts. */
type Observable = Pick<Engine, 'socketPath' | 'listContainers' | 'listNetworks' | 'listVolumes'>;

/** All of them, for `doctor` as well. */
export async function findConflicts(loaded: Pick<LoadedConfig, 'config'>, engine: Observable, observed: Resources): Promise<Conflict[]> {
  const subnets = await findTakenSubnets(loaded, engine);
  return isHere(engine) ? [...subnets, ...(await findBusyPorts(loaded, engine, observed))] : subnets;
}

async function findTakenSubnets({ config }: Pick<LoadedConfig, 'config'>, engine: Observable): Promise<Conflict[]> {
  const deadline = performance.now() + startingWithinMs;
  for (;;) {
    const [networks, routes] = await Promise.all([engine.listNetworks(), isHere(engine) ? readRoutes() : []]);
    const conflicts = findSubnetConflicts(config, { networks, routes });
    if (conflicts.length === 0 || !hasUnlistedBridge(networks, routes) || performance.now() > deadline) return conflicts;
    await pause(lookEachMs);
  }
}

async function findBusyPorts({ config }: Pick<LoadedConfig, 'config'>, engine: Observable, observed: Resources): Promise<Conflict[]> {
  const deadline = performance.now() + startingWithinMs;
  let { containers } = observed;
  for (let look = 1; ; look += 1) {
    const own = new Set(containers.flatMap((container) => container.publishedPorts ?? []));
    const wanted = publishedPorts(config).filter(({ port }) => !own.has(port));
    const judged = await Promise.all(wanted.map(async (one) => ({ ...one, state: await portState(one.host, one.port) })));
    const busy = judged.filter(({ state }) => state !== 'free');
    // A container of ours that is just starting, or keeps dying, may have the port although the Engine does not say so.
    const maybeOurs = busy.some(({ service }) => containers.some((one) => serviceOf(one) === service));
    const isCertain = look >= looksAtLeast && (!maybeOurs || performance.now() > deadline);
    if (busy.length === 0 || isCertain) return busy.map(toConflict);
    await pause(lookEachMs * (0.5 + Math.random()));
    ({ containers } = await observeProject(engine, config.project));
    const restless = containers.filter((one) => one.state === 'restarting').map(serviceOf);
    if (busy.every(({ service }) => restless.includes(service))) return [];
  }
}

function toConflict({ key, host, port, state }: HostPort & { readonly state: PortState }): Conflict {
  if (state === 'no such address') {
    return { key: 'ports.bindAddress', message: `this machine has no address ${host}`, remedy: 'use one that "ip address" shows, or 0.0.0.0 for all' };
  }
  return {
    key,
    message: `port ${port} on ${host} is already taken`,
    remedy: `stop what listens there ("ss -ltnp sport = :${port}" shows it), or set ${key} to a free port`,
  };
}
