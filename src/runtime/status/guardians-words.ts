import type { Engine } from '../engine/port.ts';
import type { Incident } from '../guardian/incidents.ts';
import { windowMs } from '../guardian/remember.ts';
import { readGuardianState, type GuardianState } from '../guardian/state-file.ts';
import type { Topology } from '../topology/topology.ts';

/** What the guardians have to say, by service. */
export interface GuardiansWords {
  /** That it is backed off, and until when. */
  readonly notes: ReadonlyMap<string, string>;
  /** Oldest first. */
  readonly incidents: ReadonlyMap<string, readonly Incident[]>;
}

/** Asks all guardians: each knows only of what happened while it ran, or one before it in its place. */
export async function readGuardiansWords(engine: Engine, topology: Topology): Promise<GuardiansWords> {
  const guardians = topology.services.filter(({ component }) => component === 'guardian');
  const asked = await Promise.all(guardians.map(({ container }) => readGuardianState(engine, container.name).catch(() => undefined)));
  const states = asked.filter((state) => state !== undefined);
  // The first that runs is the one that acts.
  const acting = Object.entries(states[0]?.services ?? {});
  return {
    notes: new Map(acting.flatMap(([name, one]) => (one.backedOff ? [[name, backedOff(one)]] : []))),
    incidents: together(states.map((state) => state.incidents)),
  };
}

/** Both hear of a death from the Engine, at the same time by its clock; of a repair only the one that made it tells. */
function together(all: readonly GuardianState['incidents'][]): GuardiansWords['incidents'] {
  const services = new Set(all.flatMap((one) => Object.keys(one)));
  return new Map(
    [...services].map((service) => {
      const distinct = new Map(all.flatMap((one) => one[service] ?? []).map((incident) => [incident.at, incident]));
      return [service, [...distinct.values()].sort((a, b) => a.at.localeCompare(b.at))];
    }),
  );
}

function backedOff(one: GuardianState['services'][string]): string {
  const until = one.backedOffUntilMs === undefined ? '' : `, next start ${new Date(one.backedOffUntilMs).toISOString()}`;
  const reason = one.lastReason === undefined ? '' : `: ${one.lastReason}`;
  return `backed off, died ${one.deaths} times in ${windowMs / 60_000} minutes${until}${reason}`;
}
