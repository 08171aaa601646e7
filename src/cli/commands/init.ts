import { writeFile } from 'node:fs/promises';
import { loadAssets } from '../../runtime/assets/assets.ts';
import { defaultConfigFile } from '../../runtime/config/load-config.ts';
import { parseConfig } from '../../runtime/config/schema/parse-config.ts';
import { ConfigError, hasCode, OperationError } from '../../runtime/errors.ts';
import { asFileError } from '../../runtime/files/file-error.ts';
import type { Invocation } from '../invocation.ts';

const template = 'init/haplat.yaml';

export async function runInit(invocation: Invocation, options: { readonly force: boolean }): Promise<void> {
  const path = invocation.options.config ?? defaultConfigFile;
  const { project } = invocation.options;
  const defaults = loadAssets().templates[template];
  if (defaults === undefined) throw new OperationError(`the template ${template} is missing from this build`);
  const text = project === undefined ? defaults : withProject(defaults, project);
  try {
    await writeFile(path, text, { flag: options.force ? 'w' : 'wx' });
  } catch (error) {
    if (hasCode(error, 'EEXIST')) {
      throw new ConfigError(`${path}: is there already`, { cause: error, remedy: 'overwrite it with --force, or name another with --config' });
    }
    throw asFileError(error, path);
  }
  invocation.result({ schema: 'haplat.init/1', file: path }, () => `${path} is written: every key with its default. Change what you need, then: haplat up`);
}

/** Throws ConfigError for a name that no project can have. */
function withProject(text: string, project: string): string {
  const parsed = parseConfig({ project });
  const [problem] = parsed.ok ? [] : parsed.problems;
  if (problem !== undefined) throw new ConfigError(`--project: ${problem.message}`, { remedy: 'use another name' });
  return text.replace(/^project: .*$/m, `project: ${JSON.stringify(project)}`);
}
