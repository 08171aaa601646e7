import type { EngineEvent } from '../../engine/port.ts';
import type { Fault } from '../fault/fault.ts';
import type { BusyWindow, History, HolderChange, LedgerEntry, Sample, Transition } from '../judge/history.ts';
import type { PlatformView } from '../watch/platform-view.ts';
import { cutOffBy, mendedAtMs } from './what-happened.ts';

/** That all was found healthy, and able to do its work. */
export interface Restored {
  readonly seenAtMs: number;
  /** Some were healthy before they could do their work, and the Engine does not tell when they could. */
  readonly wasLate: boolean;
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
  /** Undefined: not by the deadline. */
  readonly restored: Restored | undefined;
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
    restoredAtMs: restored && restoredAtMs(seen, restored),
    isSteadyAgain: seen.isSteadyAgain,
    ledger: probe.ledger,
    holders,
    cutOff: cutOffBy({ fault, targets, nodes: view.nodes, namespaces, injectedAtMs, healedAtMs }, events),
    unseen: seen.unseen,
    endedAtMs: probe.samples.at(-1)?.endMs ?? 0,
  };
}

/**
 * By what was mended last before all was found healthy. What dies and is mended later, while what was written is looked up, is
 * none of this run's: nobody writes or reads any more.
 */
function restoredAtMs({ view, injectedAtMs, healedAtMs, holders, transitions, events }: Observations, { seenAtMs, wasLate }: Restored): number | undefined {
  if (wasLate) return seenAtMs;
  const inTime = <T extends { readonly atMs: number }>(all: readonly T[]): T[] => all.filter(({ atMs }) => atMs >= injectedAtMs && atMs <= seenAtMs);
  return mendedAtMs({ events: inTime(events), transitions: view.dc === undefined ? [] : inTime(transitions), holders: inTime(holders), healedAtMs });
}
