import { access, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from '../errors.ts';
import { ensureFolder, writeAtomic } from '../files/atomic-file.ts';
import { isSecret } from '../topology/secrets-files.ts';
import { serviceFolder } from '../topology/state-paths.ts';
import type { RenderedFile, Service } from '../topology/topology.ts';

const directoryMode = 0o755;

/**
 * Writes a service's rendered files to `<state>/files/<service>/`, each by a rename, and removes what is there no more.
 * The folder itself is kept: running containers have it mounted. Owners are set when we run as root.
 */
export async function writeServiceFiles(stateDirectory: string, service: Service): Promise<void> {
  const folder = serviceFolder(stateDirectory, service.name);
  await makeFolder(folder);
  await writeFiles(folder, service.files);
  await removeOthers(folder, new Set(service.files.map((file) => join(folder, file.path))));
}

/** Writes a service's secrets alone, for a container that runs: all else there stays what it was made with. */
export async function writeServiceSecrets(stateDirectory: string, service: Service): Promise<void> {
  await writeFiles(serviceFolder(stateDirectory, service.name), service.files.filter(isSecret));
}

async function writeFiles(folder: string, files: readonly RenderedFile[]): Promise<void> {
  for (const file of files) {
    const path = join(folder, file.path);
    await makeFolder(dirname(path));
    const { mode, ownerUid } = file;
    await writeAtomic(path, file.text, { mode, ...(ownerUid !== undefined && { owner: { uid: ownerUid, gid: ownerUid } }) });
  }
}

async function makeFolder(folder: string): Promise<void> {
  // Not by mkdir's mode alone: a umask of 077 would keep the container out of it.
  await ensureFolder(folder, { mode: directoryMode });
}

/** Those of which a file is not where `writeServiceFiles` puts it; one that we may not look at counts as there. */
export async function servicesWithoutFiles(stateDirectory: string, services: readonly Service[]): Promise<ReadonlySet<string>> {
  const lacking = await Promise.all(
    services.map(async ({ name, files }) => {
      const areThere = await Promise.all(files.map(({ path }) => isThere(join(serviceFolder(stateDirectory, name), path))));
      return areThere.every(Boolean) ? [] : [name];
    }),
  );
  return new Set(lacking.flat());
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    return !hasCode(error, 'ENOENT');
  }
}

async function removeOthers(folder: string, wanted: ReadonlySet<string>): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
  await Promise.all(files.filter((path) => !wanted.has(path)).map((path) => rm(path, { force: true })));
}
