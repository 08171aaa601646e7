import type { DrillResult } from '../drill.ts';
import { faultInWords } from '../fault/describe.ts';
import type { RunResult } from '../judge/judge-run.ts';
import { forText } from './format.ts';
import { phaseSteps } from './phase-steps.ts';

const verdicts = { pass: 'PASSED', fail: 'FAILED', inconclusive: 'INCONCLUSIVE' } as const;

/** A drill's result for people, line by line, without colours. */
export function toText(result: DrillResult): string[] {
  const { fault } = result;
  const title = faultInWords(fault.kind, fault.target, fault);
  return [`${verdicts[result.verdict]}  ${title}: ${inWords(result)}`, ...chosen(result), ...measured(result), ...result.reasons.map((reason) => `  ! ${reason}`)];
}

function measured(result: DrillResult): string[] {
  const [first, ...others] = result.runs;
  if (result.summary.downtimeMs === null) return [];
  return first === undefined || others.length > 0 ? severalRuns(result) : oneRun(first);
}

function inWords({ verdict, summary, objectives, runs }: DrillResult): string {
  if (summary.downtimeMs === null) return 'nothing could be measured';
  const { max } = summary.downtimeMs;
  const worst = summary.runs > 1 ? ' at worst' : '';
  const gone = `${goneFor(max, worst)}${unwrittenFor(runs, worst)}`;
  if (verdict === 'inconclusive') return `${gone}, but that proves nothing`;
  const allowed = objectives.maxDowntimeMs === undefined ? '' : ` (${forText(objectives.maxDowntimeMs)} allowed)`;
  return `${gone}${allowed}, ${lost(runs, summary.ackedWritesLost)}, ${redundancy(runs, summary.restoreMs)}`;
}

function goneFor(downtimeMs: number, worst: string): string {
  return downtimeMs === 0 ? 'clients noticed no interruption' : `clients were without an answer for ${forText(downtimeMs)}${worst}`;
}

/** Shorter than this a write may just have been the one that was under way. */
const worthSayingMs = 1000;

/** The answers counted are those to reads; where writes did without for longer, that is said. */
function unwrittenFor(runs: readonly RunResult[], worst: string): string {
  const longestMs = Math.max(0, ...runs.map(({ writePauseMs }) => writePauseMs));
  return longestMs < worthSayingMs ? '' : ` (no write was acknowledged for ${forText(longestMs)}${worst})`;
}

function lost(runs: readonly RunResult[], count: number): string {
  if (count > 0) return `${count} acknowledged writes were lost`;
  return runs.some(({ ledger }) => ledger.acknowledged > 0) ? 'nothing acknowledged was lost' : 'writes were not tested';
}

function redundancy(runs: readonly RunResult[], restoreMs: DrillResult['summary']['restoreMs']): string {
  const without = runs.filter((run) => run.phases.redundancyRestoredMs === null).length;
  if (restoreMs === null) return 'redundancy did not come back';
  if (without > 0) return `redundancy did not come back in ${without} of ${runs.length} runs`;
  return `all was redundant again after ${forText(restoreMs.max)}${runs.length > 1 ? ' at worst' : ''}`;
}

/** Whom it hit, where the user did not say so, and how to hit the same again. */
function chosen({ fault, seed, runs }: DrillResult): string[] {
  const hit = [...new Set(runs.map((run) => run.targets.join(', ')))];
  return hit.join(',') === fault.target || hit.length === 0 ? [] : [line('hit', `${hit.join(' / ')} (seed ${seed})`)];
}

function oneRun(run: RunResult): string[] {
  const { requests, phases, latencyMs } = run;
  const errors = Object.entries(requests.errors).map(([error, count]) => `${error} ${count}`);
  return [
    line('downtime', downtimeOf(run)),
    line('requests', `${requests.sent} sent, ${requests.ok} ok, ${requests.failed} failed${errors.length === 0 ? '' : ` (${errors.join(', ')})`}`),
    ...(latencyMs === null ? [] : [line('latency', `p50 ${forText(latencyMs.p50)}, p99 ${forText(latencyMs.p99)}, max ${forText(latencyMs.max)}`)]),
    line('phases', phaseSteps(phases).map(({ name, atMs }) => `${name} ${atMs === null ? 'not seen' : forText(atMs)}`).join(' → ')),
    line('writes', writesOf(run)),
  ];
}

function writesOf({ ledger, writePauseMs }: RunResult): string {
  const { acknowledged, lost: gone, duplicated, altered, unknown } = ledger;
  const pause = writePauseMs === 0 ? '' : `; none acknowledged for ${forText(writePauseMs)}`;
  return `${acknowledged} acknowledged, ${gone} lost, ${duplicated} duplicated, ${altered} altered, ${unknown} unknown${pause}`;
}

function downtimeOf({ downtimeMs, resolutionMs, outages, gapsMs }: RunResult): string {
  const before = gapsMs.before === null ? '' : `; before the fault up to ${forText(gapsMs.before)}`;
  return `${downtimeMs === null ? 'not measured' : forText(downtimeMs)} (resolution ${forText(resolutionMs)}, ${plural(outages, 'outage')}${before})`;
}

function severalRuns({ summary }: DrillResult): string[] {
  const spread = (name: string, of: DrillResult['summary']['downtimeMs']) =>
    of === null ? [] : [line(name, `min ${forText(of.min)}, p50 ${forText(of.p50)}, p95 ${forText(of.p95)}, max ${forText(of.max)}`)];
  return [
    line('runs', String(summary.runs)),
    ...spread('downtime', summary.downtimeMs),
    ...spread('restored', summary.restoreMs),
    line('requests', `${summary.failedRequests} failed`),
    line('writes', `${summary.ackedWritesLost} acknowledged and lost`),
  ];
}

function line(name: string, text: string): string {
  return `  ${name.padEnd(9)} ${text}`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
