import type { ProbeMode, Sample } from './history.ts';
import { leastOf } from './least.ts';

export interface Downtime {
  readonly downtimeMs: number;
  /** The successes on either side of the longest gap; `toMs` is undefined when nothing succeeded any more. */
  readonly fromMs: number;
  readonly toMs: number | undefined;
}

/** Nobody calls latency what takes as long as a request may by default (`--timeout`), however patient the probe was told to be. */
const noticedMs = 1000;

/**
 * The longest time between consecutive successes, less the regular interval, that the fault itself made or in which
 * requests failed, or that no client would wait out: how long a client that asks all the time was without an answer. A
 * shorter pause later on, in which every request was answered all the same, is latency (`laterGap`). Successes are counted when their answer is there, so that requests
 * which hang through an outage and then succeed do not hide it. When nothing succeeds any more, it is the time to the last
 * thing that was seen: at least that long. Undefined when there was no success at all before the end.
 */
export function downtimeOf(samples: readonly Sample[], injectedAtMs: number, intervalMs: number, movedAtMs?: number): Downtime | undefined {
  const dueOfFailed = samples.filter((sample) => !sample.ok).map((sample) => sample.dueMs);
  const isOwn = ownOf(samples, injectedAtMs, movedAtMs);
  const counts = (gap: Gap) => isOwn(gap) || gap.downtimeMs >= noticedMs || hasFailure(gap);
  const hasFailure = ({ fromMs, toMs = Infinity }: Gap) => dueOfFailed.some((dueMs) => dueMs >= fromMs && dueMs <= toMs);
  return longestFirst(gapsOf(samples, injectedAtMs, intervalMs)).find(counts);
}

/** `downtimeOf` each mode, the worst of them: a client may be of either kind. */
export function worstDowntime(samples: readonly Sample[], injectedAtMs: number, intervalMs: number, movedAtMs?: number): Downtime | undefined {
  return longestFirst(ofEachMode(samples).flatMap((sent) => downtimeOf(sent, injectedAtMs, intervalMs, movedAtMs) ?? []))[0];
}

/** The gap that the fault itself made, not one that came later (when a node returns, for instance): the longest of those. */
export function ownGap(samples: readonly Sample[], injectedAtMs: number, intervalMs: number, movedAtMs: number | undefined): Downtime | undefined {
  const own = ofEachMode(samples).flatMap((sent) => {
    return longestFirst(gapsOf(sent, injectedAtMs, intervalMs).filter(ownOf(sent, injectedAtMs, movedAtMs)))[0] ?? [];
  });
  return longestFirst(own)[0];
}

/** Answers that were under way when the fault took effect still come for so long: its gap begins after them. */
const underWayMs = 250;

/**
 * Tells which gaps are the fault's own: those that began before the address had moved or, where it did not move, by when
 * the first request failed. Without a failure either it is the gap that spans the fault, however short. An answer that was
 * under way when the address moved was asked for before it: what follows it is the fault's as well.
 */
function ownOf(samples: readonly Sample[], injectedAtMs: number, movedAtMs: number | undefined): (gap: Gap) => boolean {
  if (movedAtMs !== undefined) return ({ fromDueMs }) => fromDueMs <= movedAtMs;
  const failed = samples.filter((sample) => !sample.ok && sample.endMs >= injectedAtMs).map((sample) => sample.dueMs);
  const tookEffectMs = failed.length === 0 ? injectedAtMs : Math.max(injectedAtMs, leastOf(failed, Infinity));
  return ({ fromMs }) => fromMs <= tookEffectMs + underWayMs;
}

/** The longest gap that began when the fault's own was over: what the return of a node, for instance, cost clients. */
export function laterGap(samples: readonly Sample[], own: Downtime | undefined, intervalMs: number): Downtime | undefined {
  const { toMs } = own ?? {};
  if (toMs === undefined) return undefined;
  const later = ofEachMode(samples).flatMap((sent) => longestFirst(gapsOf(sent, toMs, intervalMs).filter((gap) => gap.fromMs >= toMs))[0] ?? []);
  return longestFirst(later)[0];
}

/** How much of the steady state is measured before the fault. */
export const baselineMs = 1000;

/**
 * The longest gap while nothing was wrong, just before the fault: what this machine and the probe do of themselves. A gap
 * of the fault's that is no longer says little. Undefined where nothing succeeded then.
 */
export function gapBefore(samples: readonly Sample[], injectedAtMs: number, intervalMs: number): Downtime | undefined {
  const steady = samples.filter(({ endMs }) => endMs < injectedAtMs && endMs >= injectedAtMs - baselineMs);
  return longestFirst(ofEachMode(steady).flatMap((sent) => gapsOf(sent, -Infinity, intervalMs)))[0];
}

interface Gap extends Downtime {
  /** When the success before it was due. */
  readonly fromDueMs: number;
}

function gapsOf(samples: readonly Sample[], injectedAtMs: number, intervalMs: number): Gap[] {
  const successes = samples.filter((sample) => sample.ok).toSorted((a, b) => a.endMs - b.endMs);
  const lastDueMs = samples.reduce((last, sample) => Math.max(last, sample.dueMs), -Infinity);
  return successes.flatMap(({ endMs: fromMs, dueMs: fromDueMs }, index) => {
    const toMs = successes[index + 1]?.endMs;
    if (toMs !== undefined && toMs < injectedAtMs) return [];
    // The last success of all ends no gap, unless failures follow it.
    if (toMs === undefined && !samples.some((sample) => !sample.ok && sample.dueMs > fromMs)) return [];
    return [{ downtimeMs: Math.max(0, (toMs ?? Math.max(fromMs, lastDueMs)) - fromMs - intervalMs), fromMs, fromDueMs, toMs }];
  });
}

/** Of equals the earlier one first. */
function longestFirst<G extends Downtime>(gaps: readonly G[]): G[] {
  return gaps.toSorted((a, b) => b.downtimeMs - a.downtimeMs);
}

function ofEachMode(samples: readonly Sample[]): Sample[][] {
  return [...Map.groupBy(samples, (sample) => sample.mode).values()];
}

/** How far from an edge of the gap the probe's own pauses count. */
const edgeMs = 250;

/**
 * How finely the probe looked: the longest pause between two requests of a mode near the edges of the gap (without one:
 * after the fault), and never less than the interval. On a busy machine the probe itself is late, and says so by this.
 */
export function resolutionOf(
  samples: readonly Sample[],
  injectedAtMs: number,
  downtime: Downtime | undefined,
  intervalMs: number,
): number {
  const edges = [downtime?.fromMs, downtime?.toMs].filter((edge) => edge !== undefined);
  const isNear = (atMs: number) => (edges.length === 0 ? atMs >= injectedAtMs : edges.some((edge) => Math.abs(atMs - edge) <= edgeMs));
  let longest = intervalMs;
  for (const sent of Map.groupBy(samples, (sample) => sample.mode).values()) {
    const starts = sent.map((sample) => sample.startMs).toSorted((a, b) => a - b);
    for (const [index, startMs] of starts.entries()) {
      const before = starts[index - 1];
      if (before !== undefined && (isNear(startMs) || isNear(before))) longest = Math.max(longest, startMs - before);
    }
  }
  return longest;
}

export interface Outage {
  readonly fromMs: number;
  readonly toMs: number | undefined;
  readonly failed: number;
}

/** The separate outages a mode saw: failures with no success due between them, from the first one's due time on. */
export function outagesOf(samples: readonly Sample[], mode: ProbeMode): Outage[] {
  const outages: Outage[] = [];
  let open: { fromMs: number; failed: number } | undefined;
  for (const sample of samples.filter((one) => one.mode === mode).toSorted((a, b) => a.dueMs - b.dueMs)) {
    if (!sample.ok) {
      open ??= { fromMs: sample.dueMs, failed: 0 };
      open.failed += 1;
    } else if (open !== undefined) {
      outages.push({ ...open, toMs: sample.dueMs });
      open = undefined;
    }
  }
  return open === undefined ? outages : [...outages, { ...open, toMs: undefined }];
}

/** All modes' outages, one after the other; what several modes saw at the same time is one. */
export function allOutages(samples: readonly Sample[]): Outage[] {
  const modes = [...new Set(samples.map((sample) => sample.mode))];
  const merged: Outage[] = [];
  for (const next of modes.flatMap((mode) => outagesOf(samples, mode)).toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = merged.at(-1);
    if (last === undefined || next.fromMs > (last.toMs ?? Infinity)) merged.push(next);
    else merged[merged.length - 1] = together(last, next);
  }
  return merged;
}

/** One mode that does not answer again is enough for an outage that has not ended. */
function together(a: Outage, b: Outage): Outage {
  const toMs = a.toMs === undefined || b.toMs === undefined ? undefined : Math.max(a.toMs, b.toMs);
  return { fromMs: a.fromMs, toMs, failed: a.failed + b.failed };
}

/** The time that the outages (of `allOutages`) cover; an open one lasts until `endMs`. */
export function failedTimeMs(outages: readonly Outage[], endMs: number): number {
  return outages.reduce((total, { fromMs, toMs = endMs }) => total + Math.max(0, toMs - fromMs), 0);
}
