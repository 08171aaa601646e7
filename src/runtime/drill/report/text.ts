import type { DrillResult } from '../drill.ts';
import { faultInWords } from '../fault/describe.ts';
import type { RunResult } from '../judge/judge-run.ts';
import { phaseSteps } from './phase-steps.ts';

const verdicts = { pass: 'PASSED', fail: 'FAILED', inconclusive: 'INCONCLUSIVE' } as const;

/** A drill's result for people, line by line, without colours. */
export function toText(result: DrillResult): string[] {
  const { fault, runs, summary } = result;
  const title = faultInWords(fault.kind, fault.target, fault);
  const only = runs.length === 1 ? runs[0] : undefined;
  const measured = summary.downtimeMs === null ? [] : only === undefined ? severalRuns(result) : oneRun(only);
  return [`${verdicts[result.verdict]}  ${title}: ${inWords(result)}`, ...chosen(result), ...measured, ...result.reasons.map((reason) => `  ! ${reason}`)];
}

function inWords({ verdict, summary, objectives, runs }: DrillResult): string {
  if (summary.downtimeMs === null) return 'nothing could be measured';
  const { max } = summary.downtimeMs;
  const worst = summary.runs > 1 ? ' at worst' : '';
  const gone = `${goneFor(max, worst)}${unwrittenFor(runs, worst)}`;
  if (verdict === 'inconclusive') return `${gone}, but that proves nothing`;
  const allowed = objectives.maxDowntimeMs === undefined ? '' : ` (${ms(objectives.maxDowntimeMs)} allowed)`;
  return `${gone}${allowed}, ${lost(runs, summary.ackedWritesLost)}, ${redundancy(runs, summary.restoreMs)}`;
}

function goneFor(downtimeMs: number, worst: string): string {
  return downtimeMs === 0 ? 'clients noticed no interruption' : `clients were without an answer for ${ms(downtimeMs)}${worst}`;
}

/** Shorter than this a write may just have been the one that was under way. */
const worthSayingMs = 1000;

/** The answers counted are those to reads; where writes did without for longer, that is said. */
function unwrittenFor(runs: readonly RunResult[], worst: string): string {
  const longestMs = Math.max(0, ...runs.map(({ writePauseMs }) => writePauseMs));
  return longestMs < worthSayingMs ? '' : ` (no write was acknowledged for ${ms(longestMs)}${worst})`;
}

function lost(runs: readonly RunResult[], count: number): string {
  if (count > 0) return `${count} acknowledged writes were lost`;
  return runs.some(({ ledger }) => ledger.acknowledged > 0) ? 'nothing acknowledged was lost' : 'writes were not tested';
}

function redundancy(runs: readonly RunResult[], restoreMs: DrillResult['summary']['restoreMs']): string {
  const without = runs.filter((run) => run.phases.redundancyRestoredMs === null).length;
  if (restoreMs === null) return 'redundancy did not come back';
  if (without > 0) return `redundancy did not come back in ${without} of ${runs.length} runs`;
  return `all was redundant again after ${ms(restoreMs.max)}${runs.length > 1 ? ' at worst' : ''}`;
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
    ...(latencyMs === null ? [] : [line('latency', `p50 ${ms(latencyMs.p50)}, p99 ${ms(latencyMs.p99)}, max ${ms(latencyMs.max)}`)]),
    line('phases', phaseSteps(phases).map(({ name, atMs }) => `${name} ${atMs === null ? 'not seen' : ms(atMs)}`).join(' → ')),
    line('writes', writesOf(run)),
  ];
}

function writesOf({ ledger, writePauseMs }: RunResult): string {
  const { acknowledged, lost: gone, duplicated, altered, unknown } = ledger;
  const pause = writePauseMs === 0 ? '' : `; none acknowledged for ${ms(writePauseMs)}`;
  return `${acknowledged} acknowledged, ${gone} lost, ${duplicated} duplicated, ${altered} altered, ${unknown} unknown${pause}`;
}

function downtimeOf({ downtimeMs, resolutionMs, outages, gapsMs }: RunResult): string {
  const before = gapsMs.before === null ? '' : `; before the fault up to ${ms(gapsMs.before)}`;
  return `${downtimeMs === null ? 'not measured' : ms(downtimeMs)} (resolution ${ms(resolutionMs)}, ${plural(outages, 'outage')}${before})`;
}

function severalRuns({ summary }: DrillResult): string[] {
  const spread = (name: string, of: DrillResult['summary']['downtimeMs']) =>
    of === null ? [] : [line(name, `min ${ms(of.min)}, p50 ${ms(of.p50)}, p95 ${ms(of.p95)}, max ${ms(of.max)}`)];
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

function ms(value: number): string {
  return value >= 1000 ? `${Number((value / 1000).toFixed(value >= 10_000 ? 1 : 2))} s` : `${Number(value.toFixed(1))} ms`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
