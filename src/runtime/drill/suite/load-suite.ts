import { readFile } from 'node:fs/promises';
import { ConfigError, hasCode, messageOf } from '../../errors.ts';
import { parseYaml } from '../../files/parse-yaml.ts';
import { parseSuite, type Suite } from './suite.ts';

/** Reads a suite from a YAML file. Rejects with ConfigError when it can't be read, or is none. */
export async function loadSuite(file: string): Promise<Suite> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${file}: ${hasCode(error, 'ENOENT') ? 'there is no such suite' : messageOf(error)}`, {
      cause: error,
      remedy: 'name a YAML file, or one of the built-in suites: matrix, rolling-update',
    });
  }
  return parseSuite(file, parseYaml(text, file));
}
