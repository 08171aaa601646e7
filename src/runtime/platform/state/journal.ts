import { join } from 'node:path';
import type { LoadedConfig } from '../../config/load-config.ts';

/** Where a project's drills write down the faults that are in place. */
export function journalOf({ config, stateDirectory }: LoadedConfig): { readonly project: string; readonly journalDirectory: string } {
  return { project: config.project, journalDirectory: join(stateDirectory, 'journal') };
}
