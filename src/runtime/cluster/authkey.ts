import { randomBytes } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, messageOf, OperationError } from '../errors.ts';
import { createOnce, ensureFolder, writeAtomic } from '../files/atomic-file.ts';
import { readIfThere } from '../files/read-if-there.ts';
import { authkeyFile } from '../topology/cluster/paths.ts';
import { clusterFolder } from '../topology/state-paths.ts';

/** What knet takes: KNET_MIN_KEY_LEN and KNET_MAX_KEY_LEN of libknet.h, in bytes. */
const least = 128;
const most = 4096;
/** What corosync-keygen makes. */
const ownLength = 256;
const mode = 0o600;

/** The user's own key, if the configuration `source` names one. ConfigError when it can't be one: nothing is touched by then. */
export async function readOwnAuthkey(path: string | undefined, source: string): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  const wrong = (message: string, remedy: string, cause?: unknown) =>
    new ConfigError(`${source}: loadBalancers.authkeyFile: ${path} ${message}`, { remedy, ...(cause !== undefined && { cause }) });
  let key: Buffer;
  try {
    key = await readFile(path);
  } catch (error) {
    throw wrong(`can't be read: ${messageOf(error)}`, 'name a file that is there, or leave the key out: haplat then makes one', error);
  }
  if (key.length < least || key.length > most) {
    throw wrong(`has ${key.length} bytes, not ${least} to ${most}`, `make one with corosync-keygen, or: head -c ${ownLength} /dev/urandom > ${path}`);
  }
  return key;
}

/** There while a key has been written of which nodes that run may not know: whoever wrote it may have been killed. */
const untoldFile = 'authkey.untold';

/** Whether nodes that run may have another key than the one that they are to have: the user's own, or what was written last. */
export async function hasOtherAuthkey(stateDirectory: string, own: Buffer | undefined): Promise<boolean> {
  const folder = clusterFolder(stateDirectory);
  if ((await readIfThere(join(folder, untoldFile))) !== undefined) return true;
  if (own === undefined) return false;
  const present = await readFile(join(folder, authkeyFile)).catch(() => undefined);
  return present?.equals(own) === false;
}

/** The nodes that run know the key that was written last. */
export async function authkeyIsTold(stateDirectory: string): Promise<void> {
  await rm(join(clusterFolder(stateDirectory), untoldFile), { force: true });
}

/**
 * Puts the key by which the nodes know each other where they read it: the user's own, or one that is made once. Returns how
 * to put the old one back where it was another, or where it is not certain that all know it: nodes that run have to be told.
 */
export async function ensureAuthkey(stateDirectory: string, own: Buffer | undefined): Promise<(() => Promise<void>) | undefined> {
  const folder = clusterFolder(stateDirectory);
  const path = join(folder, authkeyFile);
  await ensureFolder(folder, { mode: 0o700 });
  if (own !== undefined) {
    const present = await readFile(path).catch(() => undefined);
    if (!(await hasOtherAuthkey(stateDirectory, own))) {
      if (present === undefined) await writeAtomic(path, own, { mode });
      return undefined;
    }
    await writeAtomic(join(folder, untoldFile), '', { mode });
    await writeAtomic(path, own, { mode });
    // What the nodes know then is not certain: it stays to be told.
    return async () => {
      if (present !== undefined) await writeAtomic(path, present, { mode });
    };
  }
  if (await createOnce(path, newKey(), { mode })) return undefined;
  const { size } = await stat(path);
  if (size < least || size > most) {
    throw new OperationError(`${path} has ${size} bytes, not ${least} to ${most}`, { remedy: 'remove it: "haplat up" makes a new one, and restart the nodes' });
  }
  // One that was rotated and not told of: the old one is gone, and there is nothing to put back.
  return (await hasOtherAuthkey(stateDirectory, undefined)) ? () => Promise.resolve() : undefined;
}

/** A new key in the place of the old one, whole or not at all: to be told. Returns how to put the old one back. */
export async function replaceAuthkey(stateDirectory: string): Promise<() => Promise<void>> {
  const folder = clusterFolder(stateDirectory);
  const path = join(folder, authkeyFile);
  const old = await readFile(path);
  await writeAtomic(join(folder, untoldFile), '', { mode });
  await writeAtomic(path, newKey(), { mode });
  return () => writeAtomic(path, old, { mode });
}

function newKey(): Buffer {
  return randomBytes(ownLength);
}
