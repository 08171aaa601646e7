import { busyBefore, busyHints } from './busy.ts';
import { allOutages, failedTimeMs, gapBefore, laterGap, ownGap, resolutionOf, worstDowntime } from './downtime.ts';
import type { Downtime } from './downtime.ts';
import type { History } from './history.ts';
import { checkLedger } from './ledger.ts';
import type { LedgerVerdict } from './ledger.ts';
import { leastSamples } from '../limits.ts';
import { movedAtMs, phasesOf } from './phases.ts';
import type { Phases } from './phases.ts';
import { countRequests, latencyOf } from './requests.ts';
import type { Latency, RequestCounts } from './requests.ts';
import { handOverMs, longestOverlapMs } from './split-brain.ts';
import { toTenth } from './tenth.ts';
import { writePauseMs, writesAgain } from './writes.ts';

export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** What a drill must keep to; what is undefined is not judged. */
export interface Objectives {
  readonly maxDowntimeMs?: number | undefined;
  readonly maxFailedRequests?: number | undefined;
  readonly maxLostWrites?: number | undefined;
  readonly maxRestoreMs?: number | undefined;
  /** How long two nodes that clients can reach may hold the virtual address at once; default: as long as a hand-over takes. */
  readonly maxSplitBrainMs?: number | undefined;
}

export interface RunResult {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  /** Null when it was not measured. */
  readonly downtimeMs: number | null;
  readonly resolutionMs: number;
  /**
   * The longest gap in the second before the fault (`gapBefore`), the one that the fault made, and the longest after it (when
   * a node returned, say); null where there was none to see.
   */
  readonly gapsMs: { readonly before: number | null; readonly fault: number | null; readonly later: number | null };
  /** How much of the second before the fault the probe itself was busy, of 1; null where that is not known. */
  readonly probeBusyShare: number | null;
  readonly outages: number;
  readonly failedTimeMs: number;
  readonly requests: RequestCounts;
  readonly latencyMs: Latency | null;
  readonly phases: Phases;
  readonly ledger: LedgerVerdict;
  /** The longest time in which writes were begun and none was acknowledged (`judge/writes`). */
  readonly writePauseMs: number;
  /** The longest time that two nodes had the virtual address at once; a few milliseconds are a hand-over. */
  readonly splitBrainMs: number;
}

/** Measures a run's history and judges it. A gate that is not met is inconclusive: never a pass that was not observed. */
export function judgeRun(history: History, objectives: Objectives): RunResult {
  const { samples, injectedAtMs, intervalMs, endedAtMs } = history;
  const moved = movedAtMs(history);
  const downtime = worstDowntime(samples, injectedAtMs, intervalMs, moved);
  const before = gapBefore(samples, injectedAtMs, intervalMs);
  const own = ownGap(samples, injectedAtMs, intervalMs, moved);
  const later = laterGap(samples, own, intervalMs);
  const outages = allOutages(samples.filter((sample) => sample.dueMs >= injectedAtMs));
  const measured = {
    downtimeMs: lengthOf(downtime),
    resolutionMs: toTenth(resolutionOf(samples, injectedAtMs, downtime, intervalMs)),
    gapsMs: { before: lengthOf(before), fault: lengthOf(own), later: lengthOf(later) },
    probeBusyShare: busyBefore(history.busy, injectedAtMs),
    outages: outages.length,
    failedTimeMs: toTenth(failedTimeMs(outages, endedAtMs)),
    requests: countRequests(samples),
    latencyMs: latencyOf(samples) ?? null,
    phases: phasesOf(history),
    ledger: checkLedger(history.ledger),
    writePauseMs: toTenth(writePauseMs(history)),
    splitBrainMs: toTenth(longestOverlapMs(history.holders, history.cutOff, endedAtMs)),
  };
  const gates = gatesMissed(history);
  if (gates.length > 0) return { verdict: 'inconclusive', reasons: [...gates, ...busyHints(measured.probeBusyShare)], ...measured };
  // An outage that is still open at the end may be shorter than one before it.
  const hasAnswered = (downtime === undefined || downtime.toMs !== undefined) && outages.every((outage) => outage.toMs !== undefined);
  const failures = [...notRecovered(history, hasAnswered), ...missed(measured, history, objectives)];
  const unseen = history.unseen.map(({ why }) => why);
  if (failures.length > 0) return { verdict: 'fail', reasons: [...failures, ...unseen, ...busyHints(measured.probeBusyShare)], ...measured };
  const unproven = [...unseen, ...notProven(measured, history, objectives)];
  return { verdict: unproven.length > 0 ? 'inconclusive' : 'pass', reasons: unproven, ...measured };
}

function gatesMissed({ samples, injectedAtMs }: History): string[] {
  const before = samples.filter((sample) => sample.ok && sample.endMs < injectedAtMs).length;
  const failed = samples.filter((sample) => !sample.ok && sample.endMs < injectedAtMs).length;
  const after = samples.filter((sample) => sample.dueMs >= injectedAtMs).length;
  return [
    ...(before < leastSamples ? [`only ${before} successful requests before the fault: no steady state was seen`] : []),
    ...(failed > 0 ? [`${failed} requests had failed before the fault: the platform was not steady`] : []),
    ...(after < leastSamples ? [`only ${after} requests after the fault: too few to measure`] : []),
  ];
}

/** What clients still had to do without when the run ended. */
function notRecovered(history: History, hasAnswered: boolean): string[] {
  // The latest writes are the last to be looked up.
  const isWhole = !history.unseen.some(({ what }) => what === 'ledger');
  return [
    ...(hasAnswered ? [] : ['the platform did not answer again']),
    ...(hasAnswered && !history.isSteadyAgain ? ['requests still failed now and then when the run ended'] : []),
    ...(isWhole && writesAgain(history) === false ? ['no write was acknowledged any more when all was healthy again'] : []),
  ];
}

type Measured = Omit<RunResult, 'verdict' | 'reasons'>;

function notProven(measured: Measured, history: History, { maxDowntimeMs }: Objectives): string[] {
  const { downtimeMs, resolutionMs, ledger: { unverified } } = measured;
  const reasons: string[] = [];
  if (isOver(downtimeMs, maxDowntimeMs)) {
    reasons.push(`downtime ${downtimeMs} ms is over ${maxDowntimeMs} ms, but no request failed and the probe itself paused for ${resolutionMs} ms`);
  }
  if (unverified > 0) reasons.push(`${unverified} acknowledged writes could not be verified: not looked up in time, or jobs not at their end yet`);
  return [...reasons, ...nothingToLose(history.ledger)];
}

/** Reads may go on where writes fail: of what nobody acknowledged nothing can be lost, and that proves nothing. */
function nothingToLose(ledger: History['ledger']): string[] {
  const isNone = (what: 'create' | 'process') => ledger.length > 0 && !ledger.some((entry) => entry[what] === 'acknowledged');
  if (isNone('create')) return ['no write was acknowledged: nothing could be lost'];
  return isNone('process') ? ['no job was acknowledged: none could be lost'] : [];
}

const isOver = (ms: number | null, mostMs: number | undefined): ms is number => ms !== null && mostMs !== undefined && ms > mostMs;

/** Whether all of the downtime may be the probe's own pause: it is no longer than one of those, and no request failed. */
const isProbesOwn = ({ downtimeMs, resolutionMs, requests }: Measured): boolean =>
  requests.failed === 0 && downtimeMs !== null && downtimeMs <= resolutionMs;

/** Failures that were proved: nothing that may only have been overseen. */
function missed(measured: Measured, { unseen }: History, objectives: Objectives): string[] {
  const isSeen = (...what: readonly History['unseen'][number]['what'][]) => !unseen.some((one) => what.includes(one.what));
  const { downtimeMs, requests, ledger, phases, splitBrainMs: split } = measured;
  const { maxDowntimeMs, maxFailedRequests, maxLostWrites, maxRestoreMs, maxSplitBrainMs = handOverMs } = objectives;
  const reasons: string[] = [];
  if (isOver(downtimeMs, maxDowntimeMs) && !isProbesOwn(measured)) {
    reasons.push(`downtime ${downtimeMs} ms is over ${maxDowntimeMs} ms`);
  }
  if (maxFailedRequests !== undefined && requests.failed > maxFailedRequests) {
    reasons.push(`${requests.failed} requests failed, over ${maxFailedRequests}`);
  }
  if (maxLostWrites !== undefined && ledger.lost > maxLostWrites) {
    reasons.push(`${ledger.lost} acknowledged writes were lost, over ${maxLostWrites}`);
  }
  if (ledger.duplicated > 0) reasons.push(`${ledger.duplicated} writes took effect more than once`);
  if (ledger.altered > 0) reasons.push(`${ledger.altered} writes were altered`);
  if (phases.redundancyRestoredMs === null) {
    if (isSeen('events')) reasons.push('redundancy was not restored by the deadline');
  } else if (maxRestoreMs !== undefined && phases.redundancyRestoredMs > maxRestoreMs) {
    reasons.push(`redundancy took ${phases.redundancyRestoredMs} ms to be restored, over ${maxRestoreMs} ms`);
  }
  if (split > maxSplitBrainMs && isSeen('holders', 'events')) reasons.push(`two nodes that clients can reach held the virtual address at once for ${split} ms`);
  return reasons;
}

function lengthOf(gap: Downtime | undefined): number | null {
  return gap === undefined ? null : toTenth(gap.downtimeMs);
}
