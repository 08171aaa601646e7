import { rm } from 'node:fs/promises';
import { ensureFolder, writeAtomic } from '../files/atomic-file.ts';
import { readIfThere } from '../files/read-if-there.ts';
import { managerFile } from '../topology/state-paths.ts';
import { type Manager, managers } from './schema/managers.ts';

export const managerVariable = 'HAPLAT_LB_MANAGER';

/** The manager that haplat.yaml or a variable names; undefined: neither does. */
export function namedManager(document: Readonly<Record<string, unknown>> | undefined, variables: Readonly<Record<string, string | undefined>>): string | undefined {
  const variable = variables[managerVariable];
  if (variable !== undefined && variable !== '') return variable;
  const section = document?.['loadBalancers'];
  const named: unknown = typeof section === 'object' && section !== null && 'manager' in section ? section.manager : undefined;
  return typeof named === 'string' ? named : undefined;
}

/** What the last `up --manager` chose, so that later commands look for the same containers. */
export async function readKeptManager(stateDirectory: string): Promise<Manager | undefined> {
  const kept = (await readIfThere(managerFile(stateDirectory)))?.trim();
  return managers.find((manager) => manager === kept);
}

/** Notes it for later commands. OperationError when it can't be written. */
export async function keepManager(stateDirectory: string, manager: Manager): Promise<void> {
  await ensureFolder(stateDirectory, { mode: 0o700 });
  await writeAtomic(managerFile(stateDirectory), `${manager}\n`, { mode: 0o644 });
}

/** Once nothing is left of the platform, the next one is what haplat.yaml says. */
export async function forgetManager(stateDirectory: string): Promise<void> {
  await rm(managerFile(stateDirectory), { force: true });
}
