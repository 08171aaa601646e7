import type { Component } from '../../topology/topology.ts';
import type { Fault } from '../fault/fault.ts';
import type { DrillService } from '../watch/platform-view.ts';

/** Clients do not notice when these are away. The broker is not among them: nobody's job is done meanwhile. */
const unnoticed: ReadonlySet<string> = new Set(['guardian', 'netdata', 'engine-proxy', 'worker', 'quorum'] satisfies Component[]);
/** Without one of these nothing is healed by itself. */
const healing: ReadonlySet<string> = new Set(['guardian', 'engine-proxy'] satisfies Component[]);
/** These leave the victim at work, if badly. */
const bearable = new Set<Fault['kind']>(['fill-disk', 'cut-heartbeat']);

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

/** Who asks whom for a client's answer: edge, load balancers, application, database. Jobs wait without a broker. */
const way: readonly (readonly Component[])[] = [['edge'], ['traefik', 'keepalived', 'lb'], ['app'], ['db']];

/** Whether a step of a client's way is cut: all of those on its one side off from all of those on the other. */
function cutsApart(from: readonly string[], targets: readonly string[], services: ReadonlyMap<string, DrillService>): boolean {
  const all = [...services.values()];
  // Who lives in another's namespaces is cut off with it, and it with who lives in its own.
  const isIn = (names: readonly string[], one: DrillService) => {
    const pod = one.podOwner ?? one.name;
    return all.some((other) => (other.podOwner ?? other.name) === pod && (names.includes(other.name) || names.includes(other.component)));
  };
  const isWhole = (names: readonly string[], components: readonly Component[]) => {
    const own = all.filter(({ component }) => components.some((one) => one === component));
    return own.length > 0 && own.every((one) => isIn(names, one));
  };
  return way.slice(1).some((next, index) => {
    const before = way[index] ?? [];
    return (isWhole(targets, before) && isWhole(from, next)) || (isWhole(targets, next) && isWhole(from, before));
  });
}

export interface BlastRadius {
  /** The components that clients will have to do without. */
  readonly clients: readonly string[];
  /** The components without which nobody heals, the victims neither. */
  readonly healing: readonly string[];
}

/** The components of which nothing is left while the fault lasts. */
export function blastRadius(fault: Fault, targets: readonly string[], services: ReadonlyMap<string, DrillService>): BlastRadius {
  if (isBearable(fault, targets, services)) return { clients: [], healing: [] };
  const all = [...services.values()];
  // Whoever lives in a victim's namespaces goes with it.
  const away = (one: DrillService) => targets.includes(one.name) || (one.podOwner !== undefined && targets.includes(one.podOwner));
  const components = [...new Set(all.filter(away).map(({ component }) => component))];
  // A rolling update takes one after the other: somebody is left where there is a second.
  const isGone = (component: string) => {
    const own = all.filter((one) => one.component === component);
    return fault.kind === 'renew' ? own.length === 1 : own.every(away);
  };
  const gone = components.filter(isGone);
  // What restarts comes back without anybody's help.
  const isHealing = (component: string) => healing.has(component) && fault.kind !== 'restart' && fault.kind !== 'renew';
  return { clients: gone.filter((component) => !unnoticed.has(component)), healing: gone.filter(isHealing) };
}
