import type { ExpiredCertificate } from '../certs/expired-certificate.ts';
import type { Engine } from '../engine/port.ts';
import type { FaultParameters } from './fault/describe.ts';
import type { Fault } from './fault/fault.ts';
import type { Objectives, RunResult, Verdict } from './judge/judge-run.ts';
import type { History, ProbeMode } from './judge/history.ts';
import type { Summary } from './judge/summary.ts';
import type { ExpectedService } from './watch/platform-view.ts';
import type { ProbeContainer } from './watch/probe-run.ts';

/** Everything a drill is told. */
export interface DrillInputs {
  readonly engine: Engine;
  readonly project: string;
  readonly vip: string;
  /** The services that there are to be. */
  readonly expected: readonly ExpectedService[];
  readonly probe: ProbeContainer;
  readonly fault: Fault;
  /** How long a fault that lasts (pause, partition, …) stays. */
  readonly holdMs: number;
  /** Chooses among targets at random; the same seed chooses the same again. */
  readonly seed: number;
  /** Goes on although the fault leaves nothing of a component that clients need. */
  readonly acceptOutage: boolean;
  /** Where faults that are in place are written down: `<state>/journal`. */
  readonly journalDirectory: string;
  /** `<state>/tls`, which the load balancers follow. */
  readonly tlsDirectory: string;
  /** Healthy services that say of themselves that they can't do their work: what they lack, a line each. */
  readonly unready: () => Promise<readonly string[]>;
  /** Makes what `expire-cert` serves. */
  readonly issueExpired: () => Promise<ExpiredCertificate>;
  /** For `renew`: replaces the replicas of these components, one after the other. */
  readonly renew: (components: readonly string[]) => Promise<void>;
  readonly objectives: Objectives;
  readonly runs: number;
  /** Requests a second in each mode. */
  readonly rate: number;
  /** Nobody asked for that rate: where the platform is swamped by it, probe with less. */
  readonly mayLowerRate: boolean;
  readonly modes: readonly ProbeMode[];
  /** Writes a second; 0 for a drill without a ledger. */
  readonly ledgerRate: number;
  readonly requestTimeoutMs: number;
  /** How long recovery and redundancy may take before the run ends without them. */
  readonly recoverWithinMs: number;
  /** Goes on where the platform is not steady before the first run, and says so in the result. */
  readonly force: boolean;
  /** Another drill has just been run, or what it left was undone: the platform may take its time to be steady again. */
  readonly isAfterAnother?: boolean;
  /** Ends the drill, healed and with the probe removed: `runDrill` rejects with InterruptedError. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: DrillEvent) => void;
  /** Called before `runDrill` rejects, where runs had been judged by then: they took their time, and broke something each. */
  readonly onCutShort?: (result: DrillResult) => void;
}

/** What a drill is doing, for live progress. `run` counts from 1. */
export type DrillEvent =
  | { readonly kind: 'checking' | 'warming-up' | 'injecting' | 'measuring' | 'healing' | 'looking-up'; readonly run: number }
  | { readonly kind: 'slower'; readonly run: number; readonly rate: number }
  | { readonly kind: 'injected'; readonly run: number; readonly atMs: number; readonly targets: readonly string[] }
  | { readonly kind: 'samples'; readonly run: number; readonly ok: number; readonly failed: number; readonly worstMs: number }
  | { readonly kind: 'judged'; readonly run: number; readonly result: DrillRun };

/** A run's result, with the services that the target was in this run, and how many requests a second it was probed with. */
export type DrillRun = RunResult & { readonly targets: readonly string[]; readonly rate: number };

export interface DrillResult {
  readonly schema: 'haplat.drill/1';
  readonly project: string;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  readonly fault: FaultParameters & {
    readonly kind: Fault['kind'];
    readonly target: string;
    /** How long one that lasts stayed. */
    readonly holdMs?: number;
  };
  readonly seed: number;
  readonly objectives: Objectives;
  readonly summary: Summary;
  readonly runs: readonly DrillRun[];
  /** What each run saw, for reports that draw it; undefined for a run that did not get so far. */
  readonly histories: readonly (History | undefined)[];
}
