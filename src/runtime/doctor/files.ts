import { access, mkdtemp, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Engine } from '../engine/port.ts';
import type { Check } from './checks.ts';

const check = { id: 'files', title: 'files' };

/**
 * Whether the Engine's host has this machine's files: containers get theirs from the state directory, by its path. An
 * Engine elsewhere has none of them, nor has one whose socket was given to a container that haplat runs in.
 */
export async function checkFiles(engine: Pick<Engine, 'seesPath'>, stateDirectory: string): Promise<Check> {
  const folder = await nearest(stateDirectory);
  const seen = await seesOurs(engine, folder);
  if (seen === undefined) return { ...check, state: 'warn', detail: `nothing can be written to ${folder}`, remedy: 'set stateDirectory to a folder of your own' };
  if (seen) return { ...check, state: 'ok', detail: `the Engine's host has ${folder} too` };
  return {
    ...check,
    state: 'fail',
    detail: `its host does not have this machine's ${folder}, where containers get their files from`,
    remedy: "run haplat on the Engine's own host, or set stateDirectory (HAPLAT_STATE_DIRECTORY) to a folder that both have by the same path",
  };
}

/** By a folder that was not there before: one of the same name says nothing. */
async function seesOurs(engine: Pick<Engine, 'seesPath'>, folder: string): Promise<boolean | undefined> {
  const marker = await mkdtemp(join(folder, '.haplat-')).catch(() => undefined);
  if (marker === undefined) return undefined;
  try {
    return await engine.seesPath(marker);
  } finally {
    await rmdir(marker);
  }
}

/** The folder itself, or the one that it will be made in. */
async function nearest(folder: string): Promise<string> {
  const isThere = await access(folder).then(() => true, () => false);
  return isThere || dirname(folder) === folder ? folder : nearest(dirname(folder));
}
