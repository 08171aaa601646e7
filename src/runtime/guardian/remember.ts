import { isWell } from '../engine/identity.ts';
import { backoffMs, patience, retryMs } from './backoff.ts';
import { isCrowd } from './crowd.ts';
import type { Action, Memory, Outcome, Trace, Trouble, Watched } from './model.ts';

/** Well for this long, and past failures are forgotten. */
const forgetAfterMs = 60_000;
/** Deaths older than this do not count any more. */
export const windowMs = 300_000;
const keptDeaths = 50;

/** What is wrong with a container, if anything. A restarting or a vanishing one is in the Engine's hands. */
function troubleOf(seen: Watched, owner: Watched | undefined): Trouble | undefined {
  switch (seen.state) {
    case 'exited':
    case 'dead':
      return 'down';
    case 'created':
      return 'created';
    case 'paused':
      return 'paused';
    case 'restarting':
    case 'removing':
      return undefined;
    case 'running':
      if (startedBefore(seen, owner)) return 'stale-namespace';
      // What recovers data begins anew when it is restarted, and would never be done.
      return seen.health === 'unhealthy' && seen.isStarting !== true ? 'unhealthy' : undefined;
  }
}

function startedBefore(seen: Watched, owner: Watched | undefined): boolean {
  if (owner?.state !== 'running' || owner.startedAtMs === undefined || seen.startedAtMs === undefined) return false;
  return seen.startedAtMs < owner.startedAtMs;
}

/** Brings the memory up to date with what is seen now; services that are gone are forgotten. */
export function remember(observed: readonly Watched[], memory: Memory, nowMs: number): Memory {
  const byService = new Map(observed.map((seen) => [seen.service, seen]));
  const inCrowd = isCrowd(observed);
  return new Map(
    observed.map((seen) => {
      const owner = seen.podOwner === undefined ? undefined : byService.get(seen.podOwner);
      return [seen.service, updated(traceOf(seen, memory), seen, { trouble: troubleOf(seen, owner), inCrowd, nowMs })];
    }),
  );
}

function traceOf(seen: Watched, memory: Memory): Trace {
  const known = memory.get(seen.service);
  if (known?.id === seen.id) return known;
  // The event of its start may have come before it was first listed.
  return { ...fresh(seen.id), ...(known?.lastStartMs !== undefined && { lastStartMs: known.lastStartMs }) };
}

function fresh(id: string): Trace {
  return { id, attempts: 0, refusals: 0, notBeforeMs: 0, busy: false, deathsMs: [] };
}

interface Finding {
  readonly trouble: Trouble | undefined;
  readonly inCrowd: boolean;
  readonly nowMs: number;
}

function updated(trace: Trace, seen: Watched, { trouble, inCrowd, nowMs }: Finding): Trace {
  const { troubleSinceMs, trouble: before, inCrowd: cameInCrowd, wellSinceMs, ...kept } = trace;
  const deathsMs = kept.deathsMs.filter((at) => at > nowMs - windowMs);
  if (trouble !== undefined) {
    const isNew = trouble !== before;
    return { ...kept, deathsMs, trouble, troubleSinceMs: isNew ? nowMs : (troubleSinceMs ?? nowMs), inCrowd: isNew ? inCrowd : (cameInCrowd ?? inCrowd) };
  }
  const well = isWell(seen);
  if (!well) return { ...kept, deathsMs };
  const since = wellSinceMs ?? nowMs;
  const forgiven = nowMs - since >= forgetAfterMs ? { attempts: 0, refusals: 0, notBeforeMs: 0 } : {};
  return { ...kept, deathsMs, wellSinceMs: since, ...forgiven };
}

/**
 * Notes that an action has been sent off: nothing else happens to the service until `settled`. With `isBlameless` it is
 * not held against the container, and the next repair need not wait for longer.
 */
export function begun(
  { ownerStartedAtMs: _, isBlameless: __, ...trace }: Trace,
  action: Action,
  nowMs: number,
  { isBlameless, ownerStartedAtMs }: { readonly isBlameless: boolean; readonly ownerStartedAtMs?: number | undefined },
): Trace {
  const attempts = trace.attempts + (isBlameless ? 0 : 1);
  const waitMs = backoffMs(isBlameless ? 1 : attempts, action.service);
  return { ...trace, busy: true, attempts, lastReason: action.reason, notBeforeMs: nowMs + waitMs, ...(isBlameless && { isBlameless }), ...(ownerStartedAtMs !== undefined && { ownerStartedAtMs }) };
}

/** Notes how an action ended. A refusal is not held against the container: it is tried again in a moment. */
export function settled(memory: Memory, { service, verb }: Pick<Action, 'service' | 'verb'>, outcome: Outcome, nowMs: number): Memory {
  const trace = memory.get(service);
  if (trace === undefined) return memory;
  // Its own event may be missed, or come late.
  const hasStarted = outcome === 'done' && verb !== 'unpause';
  const after = { ...trace, busy: false, settledMs: nowMs, ...(hasStarted && { lastStartMs: nowMs }) };
  return new Map(memory).set(service, outcome === 'failed' ? failed(after, service, nowMs) : ended(after, outcome, nowMs));
}

/** Whoever ended it, that it can't be started is its own trouble. */
function failed({ isBlameless, killed: _, ...trace }: Trace, service: string, nowMs: number): Trace {
  const attempts = trace.attempts + Number(isBlameless === true);
  return { ...trace, attempts, refusals: 0, notBeforeMs: nowMs + backoffMs(attempts, service) };
}

function ended(trace: Trace, outcome: Outcome, nowMs: number): Trace {
  if (outcome !== 'refused') return { ...trace, refusals: 0 };
  const refusals = trace.refusals + 1;
  if (refusals > patience) return { ...trace, refusals: 0 };
  return { ...trace, refusals, attempts: Math.max(0, trace.attempts - 1), notBeforeMs: nowMs + retryMs(refusals) };
}

/** INT, QUIT, KILL, USR1 and TERM: what `docker kill` and `docker stop` send, by the STOPSIGNALs of our images. */
export const endingSignals = new Set(['2', '3', '9', '10', '15']);

/** Notes that somebody had the Engine send a service a signal. Of what it asks itself, the guardian hears as well. */
export function signalled(memory: Memory, service: string, signal: string | undefined): Memory {
  const trace = memory.get(service);
  if (trace === undefined || signal === undefined || !endingSignals.has(signal)) return memory;
  return new Map(memory).set(service, { ...trace, killed: true });
}

/** Notes that a service was started: whatever ends it from now on is another matter. */
export function started(memory: Memory, service: string, atMs: number): Memory {
  const trace = memory.get(service);
  if (trace === undefined) return memory;
  const { killed: _, ...rest } = trace;
  return new Map(memory).set(service, { ...rest, lastStartMs: atMs });
}

/** Notes that a service's process 1 died. */
export function died(memory: Memory, service: string, atMs: number): Memory {
  const trace = memory.get(service);
  if (trace === undefined) return memory;
  const { wellSinceMs: _, ...rest } = trace;
  return new Map(memory).set(service, { ...rest, deathsMs: [...trace.deathsMs, atMs].slice(-keptDeaths) });
}
