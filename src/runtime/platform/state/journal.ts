import type { LoadedConfig } from '../../config/load-config.ts';
import { journalFolder } from '../../topology/state-paths.ts';

/** Where a project's drills write down the faults that are in place. */
export function journalOf({ config, stateDirectory }: LoadedConfig): { readonly project: string; readonly journalDirectory: string } {
  return { project: config.project, journalDirectory: journalFolder(stateDirectory) };
}
