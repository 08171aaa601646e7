/** Everything that was observed in one run, on the Engine host's clock (epoch milliseconds). What the judge judges. */
export interface History {
  readonly samples: readonly Sample[];
  /** How busy the probe itself was. */
  readonly busy: readonly BusyWindow[];
  /** Between two requests of the same mode. */
  readonly intervalMs: number;
  readonly injectedAtMs: number;
  readonly transitions: readonly Transition[];
  /** When nodes died after the fault. */
  readonly deaths: readonly { readonly node: string; readonly atMs: number }[];
  /** Who had the virtual address before the fault; undefined when nobody or more than one. */
  readonly holderBefore: string | undefined;
  /** When a lasting fault was undone; undefined for one that is over at once, or where that was not seen. */
  readonly healedAtMs: number | undefined;
  /** Undefined when redundancy was not restored by the deadline. */
  readonly restoredAtMs: number | undefined;
  /** Whether requests of each mode had nothing but answers again before the load ended. */
  readonly isSteadyAgain: boolean;
  readonly ledger: readonly LedgerEntry[];
  readonly holders: readonly HolderChange[];
  /** Nodes that could answer no client for a time, by the fault's own doing: cut off, or killed. */
  readonly cutOff: readonly { readonly node: string; readonly fromMs: number; readonly toMs: number | undefined }[];
  /** What could not be watched to its end, and why. */
  readonly unseen: readonly { readonly what: 'ledger' | 'holders' | 'events'; readonly why: string }[];
  readonly endedAtMs: number;
}

/** How the probe asks: over a connection made anew each time, as a new client does, or over one that it keeps. */
export const probeModes = ['fresh', 'pooled'] as const;
export type ProbeMode = (typeof probeModes)[number];

/** One request of the probe. */
export interface Sample {
  readonly mode: ProbeMode;
  readonly dueMs: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly ok: boolean;
  /** What went wrong; '' when nothing did. */
  readonly error: string;
}

/** How much of a time the probe had something to do, or waited for a processor to do it: a `share` of 1 is all of it. */
export interface BusyWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly share: number;
}

/** What a node may say, by what it is about: its check of the load balancer, its virtual router, a node of the cluster, a fencing. */
export const transitionStates = {
  check: ['serving', 'failed', 'stopped'],
  vrrp: ['MASTER', 'BACKUP', 'FAULT', 'STOP'],
  node: ['lost', 'member'],
  fencing: ['fenced', 'failed'],
} as const;
export type TransitionKind = keyof typeof transitionStates;
export type TransitionState = (typeof transitionStates)[TransitionKind][number];

/** What a node said. */
export interface Transition {
  readonly node: string;
  readonly atMs: number;
  readonly kind: TransitionKind;
  readonly state: TransitionState;
  /** Of whom a cluster's node says it: who was lost, came or was fenced. */
  readonly subject?: string;
}

/** The virtual address appeared on or vanished from a node's interface. */
export interface HolderChange {
  readonly node: string;
  readonly atMs: number;
  readonly holds: boolean;
}

/** One item that the ledger wrote and had processed, and what was found of it afterwards. */
export interface LedgerEntry {
  readonly key: string;
  readonly name: string;
  /** When it was begun. */
  readonly atMs: number;
  readonly create: WriteOutcome;
  readonly itemId?: string | undefined;
  readonly process: WriteOutcome;
  readonly jobId?: string | undefined;
  /** Everything that has the key afterwards; undefined when it could not be looked up. */
  readonly found?: readonly { readonly id: string; readonly name: string; readonly processedCount: number }[] | undefined;
  /** The job's state afterwards, `missing` when there is none; undefined when it could not be looked up. */
  readonly job?: string | undefined;
}

/** `refused` had no effect for certain; `unknown` may have had one. */
type WriteOutcome = 'acknowledged' | 'refused' | 'unknown' | 'not-tried';
