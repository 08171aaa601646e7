import { writeFile } from 'node:fs/promises';
import { loadAssets } from '../../runtime/assets/assets.ts';
import { defaultConfigFile } from '../../runtime/config/load-config.ts';
import { ConfigError, hasCode, OperationError } from '../../runtime/errors.ts';
import { asFileError } from '../../runtime/files/file-error.ts';
import type { Invocation } from '../invocation.ts';

const template = 'init/haplat.yaml';

export async function runInit(invocation: Invocation, options: { readonly force: boolean }): Promise<void> {
  const path = invocation.options.config ?? defaultConfigFile;
  const text = loadAssets().templates[template];
  if (text === undefined) throw new OperationError(`the template ${template} is missing from this build`);
  try {
    await writeFile(path, text, { flag: options.force ? 'w' : 'wx' });
  } catch (error) {
    if (hasCode(error, 'EEXIST')) {
      throw new ConfigError(`${path}: is there already`, { cause: error, remedy: 'overwrite it with --force, or name another with --config' });
    }
    throw asFileError(error, path);
  }
  if (invocation.options.json) invocation.printJson({ schema: 'haplat.init/1', file: path });
  else invocation.print(`${path} is written: every key with its default. Change what you need, then: haplat up`);
}
