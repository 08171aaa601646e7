import type { EngineEvent } from '../../engine/port.ts';
import type { Fault } from '../fault/fault.ts';
import type { BusyWindow, History, HolderChange, LedgerEntry, Sample, Transition } from '../judge/history.ts';
import type { PlatformView } from '../watch/platform-view.ts';
import { cutOffBy, mendedAtMs } from './what-happened.ts';

/** How the wait for redundancy ended. */
export interface Restored {
  /** False: not by the deadline. */
  readonly isSeen: boolean;
  /** When those that were healthy before they could do their work were seen to do it again; undefined where none was late. */
  readonly readyAtMs?: number;
}

/** What one run was about, and what each of those who watched it has seen. Times are of the Engine host's clock. */
export interface Observations {
  readonly fault: Fault;
  readonly targets: readonly string[];
  /** Before the fault. */
  readonly view: Pick<PlatformView, 'nodes' | 'holders' | 'dc'>;
  /** The containers whose network namespaces the victims are in. */
  readonly namespaces: readonly string[];
  readonly rate: number;
  /** From here on nothing is the warming up's. */
  readonly steadyFromMs: number;
  readonly injectedAtMs: number;
  readonly healedAtMs: number | undefined;
  readonly restored: Restored;
  readonly isSteadyAgain: boolean;
  readonly probe: { readonly samples: readonly Sample[]; readonly busy: readonly BusyWindow[]; readonly ledger: readonly LedgerEntry[] };
  readonly holders: readonly HolderChange[];
  readonly transitions: readonly Transition[];
  /** Of services, since the fault. */
  readonly events: readonly EngineEvent[];
  readonly unseen: History['unseen'];
}

/** Puts together what was observed in a run. Pure. */
export function historyOf(seen: Observations): History {
  const { fault, targets, view, namespaces, injectedAtMs, healedAtMs, restored, probe, holders, transitions, events } = seen;
  const nodeOf = new Map([...view.nodes].map(([node, container]) => [container, node]));
  const isAfter = ({ atMs }: { readonly atMs: number }) => atMs >= injectedAtMs;
  const mended = mendedAtMs({ events, transitions: view.dc === undefined ? [] : transitions.filter(isAfter), holders: holders.filter(isAfter), healedAtMs });
  return {
    samples: probe.samples.filter((sample) => sample.dueMs >= seen.steadyFromMs),
    busy: probe.busy,
    intervalMs: 1000 / seen.rate,
    injectedAtMs,
    transitions,
    deaths: events.flatMap(({ action, container, atMs }) => {
      const node = action === 'die' ? nodeOf.get(container) : undefined;
      return node === undefined ? [] : [{ node, atMs }];
    }),
    holderBefore: view.holders.length === 1 ? view.holders[0] : undefined,
    healedAtMs: events.find((event) => event.action === 'unpause')?.atMs ?? healedAtMs,
    restoredAtMs: restored.isSeen ? latest(mended, restored.readyAtMs) : undefined,
    isSteadyAgain: seen.isSteadyAgain,
    ledger: probe.ledger,
    holders,
    cutOff: cutOffBy({ fault, targets, nodes: view.nodes, namespaces, injectedAtMs, healedAtMs }, events),
    unseen: seen.unseen,
    endedAtMs: probe.samples.at(-1)?.endMs ?? 0,
  };
}

function latest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
