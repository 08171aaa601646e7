import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode } from '../errors.ts';
import { writing } from './file-error.ts';

export interface FileOptions {
  readonly mode: number;
  /** Applied when running as root; otherwise files belong to whoever runs haplat. */
  readonly owner?: Owner;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Creates the folder and its parents; the mode (and owner) are those of the last one, also when it was there. Rejects with
 * OperationError, as do all here, where the machine does not let it: a full disk, a read-only one, somebody else's folder.
 */
export async function ensureFolder(path: string, options: FileOptions): Promise<void> {
  await writing(path, () => ensure(path, options));
}

async function ensure(path: string, { mode, owner }: FileOptions): Promise<void> {
  await mkdir(path, { recursive: true, mode });
  const handle = await open(path, 'r');
  try {
    const { uid } = await handle.stat();
    // Someone else's folder keeps its mode: we may only use it.
    if (!runsAsRoot() && uid !== process.getuid?.()) return;
    await handle.chmod(mode);
    if (owner && runsAsRoot()) await handle.chown(owner.uid, owner.gid);
  } finally {
    await handle.close();
  }
}

/** Replaces the file at once: a reader (or a crash) sees the old content or the new, never a part. */
export async function writeAtomic(path: string, content: string | Buffer, options: FileOptions): Promise<void> {
  await writing(path, () => withTemporary(path, content, options, (temporary) => rename(temporary, path)));
}

/** Creates the file unless it exists; false when it does. Of two processes at once exactly one succeeds. */
export async function createOnce(path: string, content: string | Buffer, options: FileOptions): Promise<boolean> {
  return writing(path, async () => {
    try {
      // A link, unlike a rename, never replaces what another process put there meanwhile.
      await withTemporary(path, content, options, (temporary) => link(temporary, path));
      return true;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      throw error;
    }
  });
}

async function withTemporary(
  path: string,
  content: string | Buffer,
  { mode, owner }: FileOptions,
  place: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(path), `.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.chmod(mode); // the umask may have taken bits away
      if (owner && runsAsRoot()) await handle.chown(owner.uid, owner.gid);
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await place(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}
