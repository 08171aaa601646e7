import { isWell } from '../engine/identity.ts';
import { isMember } from '../topology/cluster/members.ts';
import { crowdPatienceMs } from './crowd.ts';
import { guardianComponent, type Action, type Decision, type Lease, type Memory, type Trace, type Trouble, type Verb, type Watched } from './model.ts';
import { begun, remember } from './remember.ts';

/** Nothing happens for this long, at most, before the guardian looks again. */
export const lookAgainMs = 10_000;

/** A lease that ran out longer ago is history: what it held has been replaced or repaired since. */
const forgottenLeaseMs = 600_000;

/**
 * How long a trouble is left to whoever may be about to end it: `docker restart` puts a moment of "exited" between its
 * stop and its start, an `up` creates containers some time before it starts them.
 */
const graceMs: Readonly<Record<Trouble, number>> = {
  down: 100,
  created: 60_000,
  paused: 500,
  unhealthy: 0,
  'stale-namespace': 1000,
};
/** Dependencies come first, but a container is not kept down for long on their account: most of ours wait by themselves. */
const dependencyPatienceMs = 3000;

const verbs: Readonly<Record<Trouble, Verb>> = {
  down: 'start',
  created: 'start',
  paused: 'unpause',
  unhealthy: 'restart',
  'stale-namespace': 'restart',
};

/**
 * A node of a cluster that is dead: the others fence it, which starts it. Started by us before they have, it would be
 * fenced once more. Where they don't (fencing is off, or they have no quorum), it is ours after all.
 */
const fencingPatienceMs = 10_000;

/**
 * What to do now. Pure: the same look, memory, leases and time (when the look began) give the same decision. `self` is the guardian's own
 * service: where there are several, the first that runs looks after everything, the others only after guardians.
 */
export function decide(
  observed: readonly Watched[],
  memory: Memory,
  leases: readonly Lease[],
  nowMs: number,
  self = 'guardian',
): Decision {
  const look = new Look(observed, remember(observed, memory, nowMs), nowMs);
  const standby = isStandby(observed, self);
  const inForce = leases.filter((lease) => lease.expiresAtMs > nowMs);
  const expired = leases.filter((lease) => lease.expiresAtMs <= nowMs);
  const actions: Action[] = [];
  const next = new Map(look.memory);
  let wakeAtMs = Math.min(nowMs + lookAgainMs, ...inForce.map((lease) => lease.expiresAtMs));

  for (const seen of observed) {
    if (standby && seen.component !== guardianComponent) continue;
    if (inForce.some((lease) => covers(lease, seen.service))) continue;
    const verdict = look.at(seen, expired);
    if (verdict === undefined) continue;
    if (verdict.atMs > nowMs) {
      wakeAtMs = Math.min(wakeAtMs, verdict.atMs);
      continue;
    }
    const { verb, reason } = verdict;
    const action = { verb, service: seen.service, container: seen.container, reason };
    actions.push(action);
    const trace = look.memory.get(seen.service);
    if (trace !== undefined) next.set(seen.service, begun(trace, action, nowMs, { isBlameless: look.isBlameless(seen), ownerStartedAtMs: look.ownerStartedAtMs(seen) }));
  }
  return { actions, memory: next, wakeAtMs, finished: expired.filter((lease) => !look.isAnyLeft(lease)), standby };
}

/** Whether the lease's holder looks after the service itself. */
function covers(lease: Lease, service: string): boolean {
  return lease.targets.includes('*') || lease.targets.includes(service);
}

function isStandby(observed: readonly Watched[], self: string): boolean {
  return observed.some(
    (seen) =>
      seen.component === guardianComponent &&
      seen.service < self &&
      seen.state === 'running' &&
      seen.health !== 'unhealthy',
  );
}

interface Repair {
  readonly verb: Verb;
  readonly reason: string;
  readonly atMs: number;
}

class Look {
  readonly memory: Memory;
  readonly #byService: ReadonlyMap<string, Watched>;
  readonly #nowMs: number;

  constructor(observed: readonly Watched[], memory: Memory, nowMs: number) {
    this.#byService = new Map(observed.map((seen) => [seen.service, seen]));
    this.memory = memory;
    this.#nowMs = nowMs;
  }

  /** The repair a service needs and from when on; undefined: none, or one that cannot be done before something happens. */
  at(seen: Watched, expired: readonly Lease[]): Repair | undefined {
    const trace = this.memory.get(seen.service);
    // What was seen before an action came to its end is out of date.
    if (trace === undefined || trace.busy || this.#nowMs < (trace.settledMs ?? -Infinity)) return undefined;
    if (seen.state === 'running' && expired.some((lease) => this.#isLeft(lease, seen))) {
      return { verb: 'restart', reason: 'a drill left its fault behind', atMs: trace.notBeforeMs };
    }
    const { trouble, troubleSinceMs } = trace;
    if (trouble === undefined || troubleSinceMs === undefined || !this.#ownerIsUp(seen)) return undefined;
    const atMs = Math.max(troubleSinceMs + graceOf(trace, trouble, seen), trace.notBeforeMs, this.#dependenciesUntil(seen, trace));
    return { verb: verbs[trouble], reason: reasons(trouble, seen), atMs };
  }

  /** Whether it is down by no fault of its own. Who is killed again and again, by drills for instance, need not wait. */
  isBlameless(seen: Watched): boolean {
    const trace = this.memory.get(seen.service);
    return (trace?.trouble === 'down' && trace.killed === true) || this.#diedWithOwner(seen);
  }

  ownerStartedAtMs({ podOwner }: Watched): number | undefined {
    return podOwner === undefined ? undefined : this.#byService.get(podOwner)?.startedAtMs;
  }

  /** Whether a member of a pod is down only because its owner was: it can't live on without. */
  #diedWithOwner(seen: Watched): boolean {
    const trace = this.memory.get(seen.service);
    const startedAtMs = this.ownerStartedAtMs(seen);
    // Once for each life of its owner: what is found stale again after that is not mended by a restart.
    if (trace?.trouble === 'stale-namespace') return trace.ownerStartedAtMs !== startedAtMs;
    return startedAtMs !== undefined && trace?.troubleSinceMs !== undefined && startedAtMs >= trace.troubleSinceMs;
  }

  /** Whether anything of an expired lease's fault is still to be undone. What is down has lost it. */
  isAnyLeft(lease: Lease): boolean {
    return lease.restartOnExpiry.some((service) => {
      const seen = this.#byService.get(service);
      return seen !== undefined && (seen.state === 'running' || seen.state === 'paused') && this.#isLeft(lease, seen);
    });
  }

  /** Whoever started it since: a guardian that stood by has its own copy of the lease, and the other may have undone it. */
  #isLeft(lease: Lease, { service }: Watched): boolean {
    if (!lease.restartOnExpiry.includes(service) || this.#nowMs - lease.expiresAtMs >= forgottenLeaseMs) return false;
    return (this.memory.get(service)?.lastStartMs ?? -Infinity) < lease.expiresAtMs;
  }

  /** A member cannot start without its owner's namespaces. */
  #ownerIsUp(seen: Watched): boolean {
    if (seen.podOwner === undefined) return true;
    return this.#byService.get(seen.podOwner)?.state === 'running' && this.memory.get(seen.podOwner)?.busy !== true;
  }

  #dependenciesUntil(seen: Watched, trace: Trace): number {
    if (trace.trouble === 'paused') return 0;
    const ready = seen.dependsOn.every((name) => name === seen.podOwner || this.#isReady(name));
    return ready ? 0 : (trace.troubleSinceMs ?? this.#nowMs) + dependencyPatienceMs;
  }

  #isReady(name: string): boolean {
    const dependency = this.#byService.get(name);
    if (dependency === undefined) return true;
    return isWell(dependency);
  }
}

function graceOf(trace: Trace, trouble: Trouble, { component }: Watched): number {
  if (trouble === 'down' && isMember(component)) return fencingPatienceMs;
  return trouble === 'unhealthy' && trace.inCrowd === true ? crowdPatienceMs : graceMs[trouble];
}

function reasons(trouble: Trouble, seen: Watched): string {
  switch (trouble) {
    case 'down':
      return `is ${seen.state}`;
    case 'created':
      return 'was created and not started';
    case 'paused':
      return 'is paused, and no drill holds it';
    case 'unhealthy':
      return 'is unhealthy';
    case 'stale-namespace':
      return `runs in a namespace that ${seen.podOwner ?? 'its owner'} has left`;
  }
}
