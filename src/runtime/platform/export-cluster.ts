import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensureAuthkey, readOwnAuthkey } from '../cluster/authkey.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { ConfigError, hasCode, messageOf } from '../errors.ts';
import { exportCluster } from '../export/cluster.ts';
import { ensureFolder, writeAtomic } from '../files/atomic-file.ts';
import { authkeyFile } from '../topology/cluster/paths.ts';
import { clusterFolder } from '../topology/state-paths.ts';
import { prepare } from './prepare.ts';

/** Writes the cluster's files for hosts of their own into a folder that is new or empty. Returns their paths. */
export async function writeCluster(loaded: LoadedConfig, folder: string): Promise<string[]> {
  const { loadBalancers } = loaded.config;
  if (loadBalancers.manager !== 'pacemaker') {
    throw new ConfigError(`${loaded.source}: loadBalancers.manager is ${loadBalancers.manager}: there is no cluster to export`, { remedy: 'set it to pacemaker' });
  }
  const own = await readOwnAuthkey(loadBalancers.authkeyFile, loaded.source);
  if ((await entriesOf(folder)).length > 0) {
    throw new ConfigError(`${folder} is not empty`, { remedy: 'name a folder that is new or empty: nothing is overwritten' });
  }
  const { context } = await prepare(loaded, { readOnly: true });
  const files = exportCluster(context, own ?? (await keyOfOurs(loaded.stateDirectory)));
  for (const { path, text, mode } of files) {
    await ensureFolder(dirname(join(folder, path)), { mode: 0o755 });
    await writeAtomic(join(folder, path), text, { mode });
  }
  return files.map(({ path }) => join(folder, path));
}

/** The one that haplat made, or makes for it. */
async function keyOfOurs(stateDirectory: string): Promise<Buffer> {
  await ensureAuthkey(stateDirectory, undefined);
  return readFile(join(clusterFolder(stateDirectory), authkeyFile));
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw new ConfigError(`${folder} can't be used: ${messageOf(error)}`, { remedy: 'name a folder that is new or empty', cause: error });
  }
}
