import { parseDocument } from 'yaml';
import { ConfigError, messageOf } from '../errors.ts';

/** What a YAML text says; `source` is what errors call it. Throws ConfigError for what is no YAML, or asks for tags or aliases beyond reason. */
export function parseYaml(text: string, source: string): unknown {
  const document = parseDocument(text, { prettyErrors: true });
  // A tag that nobody knows would be dropped, and its value taken as if it were not there.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw rejection(source, problem);
  try {
    return document.toJS();
  } catch (error) {
    throw rejection(source, error);
  }
}

function rejection(source: string, error: unknown): ConfigError {
  const [firstLine = ''] = messageOf(error).split('\n');
  return new ConfigError(`${source}: ${firstLine.replace(/:$/, '')}`, { cause: error, remedy: 'correct the YAML at that place' });
}
