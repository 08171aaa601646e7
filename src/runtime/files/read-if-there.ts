import { readFile } from 'node:fs/promises';

/** The file's text; undefined when there is no such file. Any other error is thrown as it is. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
