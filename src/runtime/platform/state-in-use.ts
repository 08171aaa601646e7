import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadedConfig } from '../config/load-config.ts';
import { labels } from '../engine/labels.ts';
import type { Engine, ObservedContainer } from '../engine/port.ts';
import { ConfigError } from '../errors.ts';
import { serviceFolder } from '../execute/write-files.ts';

/** What Docker Desktop puts before the paths of its host. */
const desktopPrefix = /^\/host_mnt(?=\/)/;

type OwnState = Pick<LoadedConfig, 'config' | 'source' | 'stateDirectory'>;
type Asked = Pick<Engine, 'listContainers' | 'seesPath'>;

/**
 * The state directory that a project's containers have their files from, where that is another than ours: somebody else
 * ran `up`, or the same person as root. Undefined where it is ours, or no container tells.
 */
export function otherStateInUse(stateDirectory: string, containers: readonly ObservedContainer[]): string | undefined {
  return containers.map(stateDirectoryOf).find((one) => one !== undefined && canonical(one) !== canonical(stateDirectory));
}

/** A service's files are in a folder of its name; nothing else is mounted from one. */
function stateDirectoryOf({ labels: own, bindSources = [] }: ObservedContainer): string | undefined {
  const service = own[labels.service];
  if (service === undefined) return undefined;
  const folder = serviceFolder('/', service);
  return bindSources.find((source) => source.endsWith(folder))?.slice(0, -folder.length).replace(desktopPrefix, '');
}

/** One folder may have several names; of one that can't be looked into, the given one has to do. */
function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/**
 * Refuses to go on with a state directory that is not the running platform's: passwords, the certificate authority, the
 * journal of faults and the lock that keeps two apart would all be others. ConfigError then. A directory that the
 * Engine's host has no more was lost or moved, and all is made anew.
 */
export async function requireOwnState({ config, source, stateDirectory }: OwnState, engine: Asked): Promise<void> {
  const other = otherStateInUse(stateDirectory, await engine.listContainers({ project: config.project }));
  if (other === undefined || !(await engine.seesPath(other))) return;
  throw new ConfigError(`${source}: stateDirectory: project ${config.project} runs with the files in ${other}, and not with those in ${stateDirectory}`, {
    remedy: 'run haplat as the user that brought it up, or set stateDirectory to that folder; to begin anew from here, run "haplat down" first (the data stays)',
  });
}
