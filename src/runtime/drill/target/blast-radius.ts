import type { Fault } from '../fault/fault.ts';
import type { DrillService } from '../platform-view.ts';

/** Clients do not notice when these are away. */
const unnoticed = new Set(['guardian', 'netdata', 'engine-proxy', 'worker', 'quorum']);
/** These leave the victim at work, if badly, or take one victim after the other. */
const bearable = new Set<Fault['kind']>(['fill-disk', 'renew', 'cut-heartbeat']);

/** With more packets lost, or later by this, hardly a request is answered. */
const unbearable = { percent: 50, ms: 1000 };

function isBearable(fault: Fault, targets: readonly string[], services: ReadonlyMap<string, DrillService>): boolean {
  switch (fault.kind) {
    case 'loss':
      return fault.percent < unbearable.percent;
    case 'latency':
      return fault.ms < unbearable.ms;
    case 'partition':
      return fault.from.length > 0 && !cutsApart(fault.from, targets, services);
    default:
      return bearable.has(fault.kind);
  }
}

/** Whether all of one component are cut off from all of another that clients need. */
function cutsApart(from: readonly string[], targets: readonly string[], services: ReadonlyMap<string, DrillService>): boolean {
  const all = [...services.values()];
  const isWhole = (component: string, names: readonly string[]) => all.every((one) => one.component !== component || names.includes(one.name) || names.includes(component));
  const whole = (names: readonly string[]) => [...new Set(all.map(({ component }) => component))].filter((component) => isWhole(component, names) && !unnoticed.has(component));
  return whole(targets).length > 0 && whole(from).some((component) => component !== 'rabbitmq');
}

/** The components of which nothing is left while the fault lasts: what clients will have to do without. */
export function blastRadius(fault: Fault, targets: readonly string[], services: ReadonlyMap<string, DrillService>): string[] {
  if (isBearable(fault, targets, services)) return [];
  const all = [...services.values()];
  // Whoever lives in a victim's namespaces goes with it.
  const away = (one: DrillService) => targets.includes(one.name) || (one.podOwner !== undefined && targets.includes(one.podOwner));
  const components = [...new Set(all.filter(away).map(({ component }) => component))];
  return components.filter((component) => !unnoticed.has(component) && all.every((one) => one.component !== component || away(one)));
}
