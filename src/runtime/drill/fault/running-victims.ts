import type { Engine } from '../../engine/port.ts';
import type { Victim } from './fault.ts';

/** Those victims whose container runs, or that of another which `containerOf` names: with any other went what was done in it. */
export async function runningVictims(
  engine: Pick<Engine, 'inspectContainer'>,
  victims: readonly Victim[],
  containerOf: (victim: Victim) => string = ({ container }) => container,
): Promise<Victim[]> {
  const details = await Promise.all(victims.map((victim) => engine.inspectContainer(containerOf(victim))));
  return victims.filter((_, index) => details[index]?.state === 'running');
}
