import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { ConfigError, messageOf } from '../../errors.ts';
import { parseSuite } from './suite.ts';
import type { Suite } from './suite.ts';

/** Reads a suite from a YAML file. Rejects with ConfigError when it can't be read, or is none. */
export async function loadSuite(file: string): Promise<Suite> {
  let document: unknown;
  try {
    document = parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new ConfigError(`${file}: ${messageOf(error)}`, { cause: error });
  }
  return parseSuite(file, document);
}
