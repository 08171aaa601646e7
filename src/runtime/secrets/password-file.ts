import { open } from 'node:fs/promises';
import { ConfigError, messageOf } from '../errors.ts';

/** The key that names the file, and what errors call the configuration that it is in. */
export interface Named {
  readonly key: string;
  readonly source: string;
}

/** Reads a password that the user keeps in a file of their own. */
export async function readPasswordFile(named: Named, path: string, warn: (message: string) => void): Promise<string> {
  const { key, source } = named;
  const { text, mode } = await readWithMode(named, path);
  const password = text.replace(/\r?\n$/, '');
  if (password === '') {
    throw new ConfigError(`${source}: ${key}: ${path} is empty`, { remedy: 'write the password into it, on one line' });
  }
  if (/\p{Cc}/u.test(password)) {
    throw new ConfigError(`${source}: ${key}: ${path} has more than one line or control characters`, {
      remedy: 'keep the password alone in it, on one line',
    });
  }
  if ((mode & 0o077) !== 0) warn(`${key}: ${path} can be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600 ${path}`);
  return password;
}

async function readWithMode({ key, source }: Named, path: string): Promise<{ text: string; mode: number }> {
  try {
    await using file = await open(path, 'r');
    return { text: await file.readFile('utf8'), mode: (await file.stat()).mode };
  } catch (error) {
    throw new ConfigError(`${source}: ${key}: ${path} can't be read: ${messageOf(error)}`, {
      cause: error,
      remedy: `create it with the password in it, or leave ${key} out: haplat then makes one up`,
    });
  }
}
