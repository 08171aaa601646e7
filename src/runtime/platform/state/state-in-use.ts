import { X509Certificate } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { isCertificate } from '../../certs/describe-certificate.ts';
import type { LoadedConfig } from '../../config/load-config.ts';
import { serviceOf } from '../../engine/identity.ts';
import type { Engine, ObservedContainer } from '../../engine/port.ts';
import { ConfigError } from '../../errors.ts';
import { createOnce } from '../../files/atomic-file.ts';
import { readIfThere } from '../../files/read-if-there.ts';
import { authorityCertificate, ownerFile, serviceFolder } from '../../topology/state-paths.ts';

/** What Docker Desktop puts before the paths of its host. */
const desktopPrefix = /^\/host_mnt(?=\/)/;

type OwnState = Pick<LoadedConfig, 'config' | 'source' | 'stateDirectory'>;
type StateEngine = Pick<Engine, 'listContainers' | 'seesPath'>;

/**
 * The state directory that a project's containers have their files from, where that is another than ours: somebody else
 * ran `up`, or the same person as root. Undefined where it is ours, or no container tells.
 */
export function otherStateInUse(stateDirectory: string, containers: readonly ObservedContainer[]): string | undefined {
  return containers.map(stateDirectoryOf).find((one) => one !== undefined && canonical(one) !== canonical(stateDirectory));
}

/** A service's files are in a folder of its name; nothing else is mounted from one. */
function stateDirectoryOf(container: ObservedContainer): string | undefined {
  const service = serviceOf(container);
  if (service === undefined) return undefined;
  const folder = serviceFolder('', service);
  return container.bindSources?.find((source) => source.endsWith(folder))?.slice(0, -folder.length).replace(desktopPrefix, '');
}

/** One folder may have several names; of one that can't be looked into, the given one has to do. */
function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** Takes the state directory for this project, for ever. ConfigError where another has it: of two at once the first gets it. */
export async function claimState({ config: { project }, source, stateDirectory }: OwnState): Promise<void> {
  const path = ownerFile(stateDirectory);
  if (await createOnce(path, `${project}\n`, { mode: 0o644 })) return;
  const owner = await readOwner(stateDirectory);
  if (owner !== undefined && owner !== project) throw ofAnotherProject(owner, { project, source, stateDirectory });
}

/** Undefined: nobody's yet, or we may not look. */
async function readOwner(stateDirectory: string): Promise<string | undefined> {
  const text = await readIfThere(ownerFile(stateDirectory)).catch(() => undefined);
  return text?.trim();
}

/** By the name of its authority, of one that an earlier haplat made. */
async function readFormerOwner(stateDirectory: string): Promise<string | undefined> {
  const pem = await readIfThere(authorityCertificate(stateDirectory)).catch(() => undefined);
  if (pem === undefined || !isCertificate(pem)) return undefined;
  return /CN=haplat (?<project>\S+) authority/.exec(new X509Certificate(pem).subject)?.groups?.['project'];
}

function ofAnotherProject(owner: string, { project, source, stateDirectory }: Pick<OwnState, 'source' | 'stateDirectory'> & { readonly project: string }): ConfigError {
  return new ConfigError(`${source}: stateDirectory: ${stateDirectory} is that of project ${owner}, and this is project ${project}`, {
    remedy: `give each a folder of its own (without stateDirectory it has one); if ${owner} is no more, write ${project} into ${ownerFile(stateDirectory)}`,
  });
}

/**
 * Refuses to go on with a state directory that is not the running platform's: passwords, the certificate authority, the
 * journal of faults and the lock that keeps two apart would all be others; nor with another project's. ConfigError then. A directory that the
 * Engine's host has no more was lost or moved, and all is made anew.
 */
export async function requireOwnState({ config, source, stateDirectory }: OwnState, engine: StateEngine): Promise<void> {
  const { project } = config;
  const containers = await engine.listContainers({ project });
  const isOurs = containers.map(stateDirectoryOf).some((one) => one !== undefined && canonical(one) === canonical(stateDirectory));
  const owner = (await readOwner(stateDirectory)) ?? (isOurs ? undefined : await readFormerOwner(stateDirectory));
  if (owner !== undefined && owner !== project) throw ofAnotherProject(owner, { project, source, stateDirectory });
  const other = otherStateInUse(stateDirectory, containers);
  if (other === undefined || !(await engine.seesPath(other))) return;
  throw new ConfigError(`${source}: stateDirectory: project ${project} runs with the files in ${other}, and not with those in ${stateDirectory}`, {
    remedy: 'run haplat as the user that brought it up, or set stateDirectory to that folder; to begin anew from here, run "haplat down" first (the data stays)',
  });
}
