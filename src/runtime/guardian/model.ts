import type { ContainerState, HealthState } from '../engine/port.ts';

export const guardianComponent = 'guardian';

export type Log = (level: 'info' | 'warn', event: Readonly<Record<string, unknown>>) => void;

/** One container of the project, as far as the guardian cares. */
export interface Watched {
  readonly service: string;
  readonly component: string;
  /** The container's full name. */
  readonly container: string;
  readonly id: string;
  readonly state: ContainerState;
  readonly health: HealthState;
  /** The service whose namespaces it joins. */
  readonly podOwner?: string;
  readonly dependsOn: readonly string[];
  /** Known for members and owners of pods only: two inspections less for everybody else. */
  readonly startedAtMs?: number;
  /** Health checks that have failed since the last that passed; known while something is unhealthy only. */
  readonly failedChecks?: number;
  /** Its failing check says that it is at work on its start, or can't be asked; known while something is unhealthy only. */
  readonly isStarting?: boolean;
}

/** What the guardian remembers of a service between two looks. */
export interface Trace {
  /** The container's id: another one is another container, and nothing is held against it. */
  readonly id: string;
  /** Since when the trouble that is there now has been there. */
  readonly troubleSinceMs?: number;
  readonly trouble?: Trouble;
  /** The checks of others failed as well when the trouble came. */
  readonly inCrowd?: boolean;
  readonly wellSinceMs?: number;
  /** Somebody had the Engine kill or stop it, a drill for instance, since it was last started. */
  readonly killed?: true;
  /** Repairs since it was last well for long enough. */
  readonly attempts: number;
  /** Starts that were refused only because something else was just under way. */
  readonly refusals: number;
  readonly notBeforeMs: number;
  readonly busy: boolean;
  /** The repair under way, or the last one, was not held against it. */
  readonly isBlameless?: true;
  /** When its last action came to an end. */
  readonly settledMs?: number;
  /** When process 1 died, the latest last. */
  readonly deathsMs: readonly number[];
  readonly lastReason?: string;
  /** When the owner of its namespaces had started at the last repair. */
  readonly ownerStartedAtMs?: number;
  /** When it was last seen to start, by whoever's order. */
  readonly lastStartMs?: number;
}

export type Trouble = 'down' | 'created' | 'paused' | 'unhealthy' | 'stale-namespace';
export type Memory = ReadonlyMap<string, Trace>;

/** A promise of the command line to look after some services itself for a while. */
export interface Lease {
  readonly id: string;
  readonly kind: 'maintenance' | 'drill';
  /** Services, or `*` for all. */
  readonly targets: readonly string[];
  readonly expiresAtMs: number;
  /** Restarted when the lease runs out unreleased: their network rules and processes go with the restart. */
  readonly restartOnExpiry: readonly string[];
}

export type Verb = 'start' | 'restart' | 'unpause';

export interface Action {
  readonly verb: Verb;
  readonly service: string;
  readonly container: string;
  readonly reason: string;
}

/** How an action ended. `refused`: something else was under way, try again soon. `gone`: there is no such container. */
export type Outcome = 'done' | 'refused' | 'gone' | 'failed';

export interface Decision {
  readonly actions: readonly Action[];
  readonly memory: Memory;
  /** When to look again at the latest, if nothing happens before. */
  readonly wakeAtMs: number;
  /** Leases that ran out without being released, and of which nothing is left to be undone. */
  readonly finished: readonly Lease[];
  /** Another guardian looks after everything but guardians. */
  readonly standby: boolean;
}
