import type { EngineEvent } from '../../engine/port.ts';
import type { Fault } from '../fault/fault.ts';
import type { History, HolderChange, Transition } from '../judge/history.ts';

type CutOff = History['cutOff'];

export interface Struck {
  readonly fault: Fault;
  readonly targets: readonly string[];
  /** Service name → container name, of the nodes that may have the virtual address. */
  readonly nodes: ReadonlyMap<string, string>;
  /** The containers whose network namespaces the victims are in. */
  readonly namespaces: readonly string[];
  readonly injectedAtMs: number;
  readonly healedAtMs: number | undefined;
}

/**
 * Nodes that could answer no client by the fault's own doing, whatever is left on their interfaces: those cut off, and
 * those killed, whose namespace the Engine takes apart a little later. `after`: what the Engine told since the fault.
 */
export function cutOffBy({ fault, targets, nodes, namespaces, injectedAtMs: fromMs, healedAtMs: toMs }: Struck, after: readonly EngineEvent[]): CutOff {
  const startedAtMs = (container: string) => after.find((event) => event.action === 'start' && event.container === container)?.atMs;
  if ((fault.kind === 'partition' && fault.from.length === 0) || (fault.kind === 'loss' && fault.percent === 100)) {
    // Who was fenced before the heal is back in a namespace without the filter.
    const earlier = (atMs: number | undefined) => (atMs === undefined || (toMs !== undefined && atMs > toMs) ? toMs : atMs);
    const cut = [...nodes].filter(([, container]) => namespaces.includes(container));
    return cut.map(([node, container]) => ({ node, fromMs, toMs: earlier(startedAtMs(container)) }));
  }
  if (fault.kind !== 'kill') return [];
  return [...nodes].filter(([node]) => targets.includes(node)).map(([node, container]) => ({ node, fromMs, toMs: startedAtMs(container) }));
}

export interface Since {
  readonly events: readonly EngineEvent[];
  /** What a cluster mends inside a container, the Engine does not tell: none without a cluster. */
  readonly transitions: readonly Transition[];
  /** Nor does it tell when two holders became one. */
  readonly holders: readonly HolderChange[];
  readonly healedAtMs: number | undefined;
}

/** When the last thing was mended since the fault; undefined where nothing was. */
export function mendedAtMs({ events, transitions, holders, healedAtMs = 0 }: Since): number | undefined {
  const served = transitions.filter(({ state }) => state === 'serving');
  const last = Math.max(...[...events.filter(isMending), ...served, ...holders].map(({ atMs }) => atMs), healedAtMs);
  return last > 0 ? last : undefined;
}

function isMending({ action, health }: EngineEvent): boolean {
  return action === 'start' || action === 'unpause' || (action === 'health_status' && health === 'healthy');
}
