import type { ContainerDetails } from './port.ts';

/** What a check that succeeded prints where the process lives and can't do its work (templates/runtime/haplat-health). */
export const notReady = 'not ready:';
/**
 * What a check that fails prints where the process is at work on its start, with how far it is (templates/db/health,
 * templates/rabbitmq/health). A restart would have it begin anew.
 */
const starting = 'starting:';

type Checked = Pick<ContainerDetails, 'healthLog' | 'startedAt'>;

/** As of the last check since the start. */
export function saysNotReady(details: Checked): boolean {
  return lastCheck(details)?.output.startsWith(notReady) === true;
}

export function saysStarting(details: Checked): boolean {
  const last = lastCheck(details);
  return last !== undefined && last.exitCode !== 0 && last.output.startsWith(starting);
}

/** The first line of what the last check printed when it failed; undefined when it did not fail, or printed nothing. */
export function whyCheckFailed(details: Checked): string | undefined {
  const last = lastCheck(details);
  if (last === undefined || last.exitCode === 0) return undefined;
  const [line = ''] = last.output.split('\n', 1);
  return (line.startsWith(starting) ? line.slice(starting.length) : line).trim() || undefined;
}

/** The Engine keeps those of a container's former lives. */
function lastCheck({ healthLog, startedAt }: Checked): ContainerDetails['healthLog'][number] | undefined {
  const last = healthLog.at(-1);
  return last === undefined || (startedAt !== undefined && last.endedAt < startedAt) ? undefined : last;
}
