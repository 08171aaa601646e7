import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { LoadedConfig } from '../config/load-config.ts';
import { checkDisk, checkEngine, checkStateDisk, type Check } from '../doctor/checks.ts';
import { readContainerWeight } from '../doctor/container-weight.ts';
import { checkFiles } from '../doctor/files.ts';
import type { Engine } from '../engine/port.ts';
import { EngineUnreachableError, HaplatError, hasCode } from '../errors.ts';
import { isHere } from './this-machine.ts';
import { observeProject } from './observe.ts';
import { lookAhead } from './look-ahead.ts';
import { findConflicts } from './preflight/preflight.ts';

/** Looks at everything about the machine that `up` will need. Changes nothing. */
export async function examine(loaded: LoadedConfig, engine: Engine): Promise<Check[]> {
  const state = await examineStateDisk(loaded.stateDirectory);
  try {
    const info = await engine.info();
    const files = await checkFiles(engine, loaded.stateDirectory);
    const checks = [...checkEngine(info, await readContainerWeight(info)), files, ...(await examineConflicts(loaded, engine))];
    return [...checks, ...(await examineRest(loaded, engine, checks)), ...(isHere(engine) ? await examineDisk(info.dataRoot) : []), state];
  } catch (error) {
    if (!(error instanceof EngineUnreachableError)) throw error;
    const check: Check = { id: 'engine', title: 'Docker Engine', state: 'fail', detail: error.message, ...(error.remedy !== undefined && { remedy: error.remedy }) };
    return [check, state];
  }
}

async function examineConflicts(loaded: LoadedConfig, engine: Engine): Promise<Check[]> {
  const conflicts = await findConflicts(loaded, engine, await observeProject(engine, loaded.config.project));
  const failed = (kind: string) => conflicts.filter((one) => one.key.startsWith(kind));
  const judged = (id: string, title: string, kind: string): Check[] =>
    failed(kind).length === 0
      ? [{ id, title, state: 'ok', detail: 'free, or the platform\'s own' }]
      : failed(kind).map((one) => ({ id, title, state: 'fail', detail: `${one.key}: ${one.message}`, remedy: one.remedy }));
  return [...judged('ports', 'ports', 'ports.'), ...judged('subnets', 'subnets', 'network.')];
}

/** What else `up` would refuse before it touches anything: certificates and keys of the user's own, what does not fit the subnets. */
async function examineRest(loaded: LoadedConfig, engine: Engine, told: readonly Check[]): Promise<Check[]> {
  const own = { id: 'configuration', title: 'configuration' } as const;
  try {
    const { plan } = await lookAhead({ loaded, engine });
    return [{ ...own, state: 'ok', detail: plan.operations.length === 0 ? 'the platform is what it says' : '"haplat plan" shows what "haplat up" will do' }];
  } catch (error) {
    if (!(error instanceof HaplatError) || error instanceof EngineUnreachableError) throw error;
    if (told.some(({ state, detail }) => state === 'fail' && error.message.includes(detail))) return [];
    return [{ ...own, state: 'fail', detail: error.message, ...(error.remedy !== undefined && { remedy: error.remedy }) }];
  }
}

/** Where the Engine says that it keeps its data; nothing where we may not look. */
async function examineDisk(path: string): Promise<Check[]> {
  const found = await statfs(path).catch(() => undefined);
  return found === undefined ? [] : [checkDisk(found.bavail * found.bsize, path)];
}

async function examineStateDisk(path: string): Promise<Check> {
  try {
    const { bavail, bsize } = await statfs(path);
    return checkStateDisk(bavail * bsize, path);
  } catch (error) {
    const isMissing = hasCode(error, 'ENOENT');
    // It is made by the first up: what counts is where it will be.
    if (isMissing && dirname(path) !== path) return examineStateDisk(dirname(path));
    throw error;
  }
}
