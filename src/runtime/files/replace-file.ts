import { realpath, stat, writeFile } from 'node:fs/promises';
import { hasCode } from '../errors.ts';
import { writeAtomic } from './atomic-file.ts';
import { writing } from './file-error.ts';

/** Nothing can be put in its place: the folder is not ours to write in, or the file is mounted by itself. */
const keepsItsPlace = ['EACCES', 'EPERM', 'EROFS', 'EBUSY'];

/**
 * Writes a file that the user names, at once where that can be: who reads it meanwhile sees no half of it. A device or a pipe
 * is written to as it is. Rejects with OperationError where the machine does not let it.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  const inPlace = () => writing(path, () => writeFile(path, text));
  if (there !== undefined && !there.isFile()) return inPlace();
  const options = there === undefined ? { mode: 0o644 } : { mode: there.mode & 0o777, owner: { uid: there.uid, gid: there.gid } };
  try {
    await writeAtomic(there === undefined ? path : await realpath(path), text, options);
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!keepsItsPlace.some((code) => hasCode(error, code) || hasCode(cause, code))) throw error;
    await inPlace();
  }
}
