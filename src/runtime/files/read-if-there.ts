import { readFile } from 'node:fs/promises';
import { hasCode } from '../errors.ts';

/** The file's text; undefined when there is no such file. Any other error is thrown as it is. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
