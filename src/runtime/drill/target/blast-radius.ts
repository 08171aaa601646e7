import type { Fault } from '../fault/fault.ts';
import type { DrillService } from '../platform-view.ts';

/** Clients do not notice when these are away. */
const unnoticed = new Set(['guardian', 'netdata', 'engine-proxy', 'worker', 'quorum']);
/** These leave the victim at work, if badly, or take one victim after the other. */
const bearable = new Set<Fault['kind']>(['loss', 'latency', 'fill-disk', 'renew', 'cut-heartbeat']);

/** The components of which nothing is left while the fault lasts: what clients will have to do without. */
export function blastRadius(fault: Fault, targets: readonly string[], services: ReadonlyMap<string, DrillService>): string[] {
  if (bearable.has(fault.kind) || (fault.kind === 'partition' && fault.from.length > 0)) return [];
  const all = [...services.values()];
  // Whoever lives in a victim's namespaces goes with it.
  const away = (one: DrillService) => targets.includes(one.name) || (one.podOwner !== undefined && targets.includes(one.podOwner));
  const components = [...new Set(all.filter(away).map(({ component }) => component))];
  return components.filter((component) => !unnoticed.has(component) && all.every((one) => one.component !== component || away(one)));
}
