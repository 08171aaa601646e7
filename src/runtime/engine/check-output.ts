import type { ContainerDetails } from './port.ts';

/** What a check that succeeded prints where the process lives and can't do its work (templates/runtime/haplat-health). */
export const notReady = 'not ready:';
/**
 * What a check that fails prints where the process is at work on its start, with how far it is (templates/db/health,
 * templates/rabbitmq/health). A restart would have it begin anew.
 */
const starting = 'starting:';

type Checked = Pick<ContainerDetails, 'healthLog'>;

/** As of the last check that the Engine knows of. */
export function saysNotReady(details: Checked): boolean {
  return details.healthLog.at(-1)?.output.startsWith(notReady) === true;
}

export function saysStarting(details: Checked): boolean {
  const last = details.healthLog.at(-1);
  return last !== undefined && last.exitCode !== 0 && last.output.startsWith(starting);
}

/** The first line of what the last check printed when it failed; undefined when it did not fail, or printed nothing. */
export function whyCheckFailed({ healthLog }: Checked): string | undefined {
  const last = healthLog.at(-1);
  if (last === undefined || last.exitCode === 0) return undefined;
  const [line = ''] = last.output.split('\n', 1);
  return (line.startsWith(starting) ? line.slice(starting.length) : line).trim() || undefined;
}
