import { InvalidArgumentError } from 'commander';
import { jobStates, type JobState } from '../../protocol/job-states.ts';
import { ConfigError } from '../../runtime/errors.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `failed,retrying` → those states. */
export function parseStates(text: string): JobState[] {
  return text.split(',').map((word) => {
    const state = jobStates.find((known) => known === word.trim());
    if (state === undefined) throw new InvalidArgumentError(`use some of ${jobStates.join(', ')}, with commas between.`);
    return state;
  });
}

/** At least one id, all of them well-formed. ConfigError otherwise: nothing is asked then. */
export function checkJobIds(ids: readonly string[]): readonly string[] {
  const wrong = ids.find((id) => !uuid.test(id));
  if (wrong !== undefined) throw new ConfigError(`jobs: ${wrong} is no job id`, { remedy: '"haplat jobs ls" shows the ids' });
  return ids;
}
