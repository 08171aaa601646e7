import type { Watched } from './model.ts';

/** So many services (a pod counts as one) whose checks fail at the same moment are not ill: the machine is busy. */
const crowd = 3;

/**
 * Almost two checks more, their intervals and their times. A real hang on a busy machine is healed that much later, and
 * still within 30 s.
 */
export const crowdPatienceMs = 7500;

/**
 * Whether health checks fail for want of processor time: each is a process, which has to end within its 2 s. Who has
 * failed three times is called unhealthy, and is often one alone, with the others' first failures around it
 * (seen while a cluster was started beside other work, and while an image was built: the database was restarted, which
 * made an outage of it).
 */
export function isCrowd(observed: readonly Watched[]): boolean {
  const failing = observed.filter(({ state, health, failedChecks = 0 }) => state === 'running' && (health === 'unhealthy' || failedChecks > 0));
  return new Set(failing.map(({ podOwner, service }) => podOwner ?? service)).size >= crowd;
}
