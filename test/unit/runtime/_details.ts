import type { ContainerDetails, ObservedContainer } from '../../../src/runtime/engine/port.ts';

/** What only an inspection tells, of a container that has done nothing worth telling. */
export function inspected(container: ObservedContainer, changes: Partial<ContainerDetails> = {}): ContainerDetails {
  return { ...container, startedAt: new Date(0), exitCode: 0, restartCount: 0, pid: 1, failedChecks: 0, healthLog: [], ...changes };
}
