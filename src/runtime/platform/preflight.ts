import type { LoadedConfig } from '../config/load-config.ts';
import { labels } from '../engine/labels.ts';
import type { Engine } from '../engine/port.ts';
import { ConfigError } from '../errors.ts';
import type { ObservedState } from '../plan/observed-state.ts';
import { isPortBusy, readRoutes } from './host.ts';
import { findSubnetConflicts, publishedPorts, type Conflict } from './host-conflicts.ts';

/**
 * What only this machine can tell of a configuration: subnets that something else has, ports that are taken.
 * Throws ConfigError for the first, with the others as details. What the project itself already has is no conflict.
 */
export async function preflight(loaded: LoadedConfig, engine: Engine, observed: ObservedState): Promise<void> {
  const conflicts = await findConflicts(loaded, engine, observed);
  const [first, ...others] = conflicts;
  if (first === undefined) return;
  const line = (one: Conflict) => `${loaded.source === 'defaults' ? 'defaults' : loaded.source}: ${one.key}: ${one.message}`;
  throw new ConfigError(line(first), { remedy: first.remedy, details: others.map((one) => `${line(one)} (${one.remedy})`) });
}

/** All of them, for `doctor` as well. */
export async function findConflicts(loaded: LoadedConfig, engine: Engine, observed: ObservedState): Promise<Conflict[]> {
  const ownNetworks = new Set(observed.networks.map((network) => network.name));
  const [networks, routes] = await Promise.all([engine.listNetworks(), isEngineHere() ? readRoutes() : []]);
  const subnets = findSubnetConflicts(loaded.config, { networks, ownNetworks, routes });
  return isEngineHere() ? [...subnets, ...(await findBusyPorts(loaded, observed))] : subnets;
}

async function findBusyPorts({ config }: LoadedConfig, observed: ObservedState): Promise<Conflict[]> {
  const own = new Set(observed.containers.flatMap((container) => container.publishedPorts ?? []));
  // One that keeps dying has its ports now and then, and the Engine's list does not say when.
  const restless = new Set(observed.containers.filter((one) => one.state === 'restarting').map((one) => one.labels[labels.service]));
  const wanted = publishedPorts(config).filter(({ port, service }) => !own.has(port) && !restless.has(service));
  const busy = await Promise.all(wanted.map(async (one) => ({ ...one, isBusy: await isPortBusy(one.host, one.port) })));
  return busy
    .filter((one) => one.isBusy)
    .map(({ key, host, port }) => ({
      key,
      message: `port ${port} on ${host} is already taken`,
      remedy: `stop what listens there ("ss -ltnp sport = :${port}" shows it), or set ${key} to a free port`,
    }));
}

/** Ports and routes of this machine say nothing about an Engine elsewhere. */
function isEngineHere(): boolean {
  const dockerHost = process.env['DOCKER_HOST'] ?? '';
  return process.platform === 'linux' && (dockerHost === '' || dockerHost.startsWith('unix://'));
}
