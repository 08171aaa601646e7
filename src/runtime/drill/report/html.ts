import type { DrillRun } from '../drill.ts';
import type { History } from '../judge/history.ts';
import { forTable, notMeasured } from './format.ts';
import { htmlStyle } from './html-style.ts';
import { phaseSteps } from './phase-steps.ts';
import { isMeasured, regressionsOf, type NamedResult, type NotRun, type SuiteOutcome } from '../suite/outcome.ts';
import { toText } from './text.ts';
import { closeUp } from './timeline.ts';
import { drawTimeline } from './timeline-svg.ts';
import { escaped } from '../../render/xml.ts';

/** One page that needs nothing else: no script, no font, no picture from elsewhere. */
export function toHtml(title: string, outcome: SuiteOutcome): string {
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">',
    `<title>${escaped(title)}</title><style>${htmlStyle}</style></head><body><main>`,
    `<h1>${escaped(title)}</h1>`,
    overview(outcome),
    ...outcome.drills.map((drill) => section(drill, regressionsOf(drill.name, outcome))),
    ...outcome.notRun.map(reasonNotRun),
    '</main></body></html>',
    '',
  ].join('\n');
}

function overview(outcome: SuiteOutcome): string {
  const { drills, notRun } = outcome;
  const rows = drills.map((drill) => {
    const { name, result } = drill;
    const { downtimeMs, restoreMs, failedRequests, ackedWritesLost, runs } = result.summary;
    const counts = isMeasured(drill) ? [String(failedRequests), String(ackedWritesLost)] : [notMeasured, notMeasured];
    return row([link(name), badges(drill, regressionsOf(name, outcome)), String(runs), cell(downtimeMs?.p50), cell(downtimeMs?.max), ...counts, cell(restoreMs?.p50)]);
  });
  return table(['Drill', 'Verdict', 'Runs', 'Downtime p50', 'Downtime max', 'Failed requests', 'Acknowledged writes lost', 'Restored p50'], [...rows, ...notRun.map(({ name }) => row([link(name), badge('inconclusive', 'not run'), '0', ...Array<string>(5).fill(notMeasured)]))]);
}

function link(name: string): string {
  return `<a href="#${anchor(name)}">${escaped(name)}</a>`;
}

function reasonNotRun({ name, reason }: NotRun): string {
  return `<section id="${anchor(name)}"><h2>${escaped(name)} ${badge('inconclusive', 'not run')}</h2><p class="words">${escaped(reason)}</p></section>`;
}

function section(drill: NamedResult, slower: readonly string[]): string {
  const { name, result } = drill;
  const [verdict = '', ...details] = toText(result);
  return [
    `<section id="${anchor(name)}"><h2>${escaped(name)} ${badges(drill, slower)}</h2>`,
    `<p class="words">${escaped(verdict)}</p><pre>${escaped([...details, ...slower.map((one) => `  ! ${one}`)].join('\n'))}</pre>`,
    ...result.runs.map((run, index) => runSection(run, result.histories[index], index + 1, result.runs.length)),
    '</section>',
  ].join('\n');
}

function runSection(run: DrillRun, history: History | undefined, number: number, of: number): string {
  const heading = `<h3>Run ${number} of ${of}: ${escaped(run.targets.join(', '))} ${badge(run.verdict)}</h3>`;
  if (history === undefined || history.samples.length === 0) return `${heading}<p>${escaped(run.reasons.join('; '))}</p>`;
  const { phases, ledger } = run;
  const phaseRows = phaseSteps(phases).map(({ name, atMs }) => row([capitalised(name), atMs === null ? 'not seen' : forTable(atMs)]));
  const writes = [
    ['acknowledged', ledger.acknowledged], ['lost', ledger.lost], ['duplicated', ledger.duplicated],
    ['altered', ledger.altered], ['unknown', ledger.unknown],
  ] as const;
  return [
    heading,
    figure(drawTimeline(history, phases), 'Latency of successes (line), failed requests (red), who has the virtual address (band); time from the fault.'),
    ...closeUpOf(run, history),
    '<div class="tables">',
    table(['Phase', 'After the fault'], phaseRows),
    table(['Failed requests', 'Count'], Object.entries(run.requests.errors).map(([error, count]) => row([escaped(error), String(count)]))),
    table(['Writes', 'Count'], writes.map(([label, count]) => row([label, String(count)]))),
    '</div>',
  ].join('\n');
}

function closeUpOf({ phases }: DrillRun, history: History): string[] {
  const near = closeUp(history, phases);
  return near === undefined ? [] : [figure(drawTimeline(near, phases, 'close-up of the fault'), 'The same, close up.')];
}

function figure(picture: string, caption: string): string {
  return `<figure>${picture}<figcaption>${caption}</figcaption></figure>`;
}

function table(heads: readonly string[], rows: readonly string[]): string {
  const body = rows.length === 0 ? row(['none', ...heads.slice(1).map(() => '')]) : rows.join('');
  return `<table><thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead><tbody>${body}</tbody></table>`;
}

/** Cells are HTML already. */
function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function badges({ result }: NamedResult, slower: readonly string[]): string {
  return `${badge(result.verdict)}${slower.length > 0 ? ` ${badge('fail', 'slower')}` : ''}`;
}

function badge(verdict: DrillRun['verdict'], word: string = verdict): string {
  return `<span class="badge ${verdict}">${word}</span>`;
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function anchor(name: string): string {
  return `drill-${encodeURIComponent(name).replaceAll('%', '_')}`;
}

function cell(ms: number | undefined): string {
  return ms === undefined ? notMeasured : forTable(ms);
}
