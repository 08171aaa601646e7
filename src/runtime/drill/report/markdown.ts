import { exact, notMeasured } from './format.ts';
import { isMeasured, regressionsOf, type NamedResult, type SuiteOutcome } from '../suite/outcome.ts';

const marks = { pass: '✅ pass', fail: '❌ fail', inconclusive: '❔ inconclusive' } as const;

/** A summary in GitHub's Markdown: one row a drill, the reasons below. */
export function toMarkdown(title: string, outcome: SuiteOutcome): string {
  const { drills, notRun } = outcome;
  const rows = drills.map((drill) => rowOf(drill, regressionsOf(drill.name, outcome).length > 0));
  const notRunRows = notRun.map(({ name }) => `| ${escapedCell(name)} | ❔ not run | 0 | – | – | – | – | – |`);
  const given = drills.flatMap(({ name, result }) => [...result.reasons, ...regressionsOf(name, outcome)].map((reason) => `- **${escapedCell(name)}**: ${escapedCell(reason)}`));
  const reasons = [...given, ...notRun.map(({ name, reason }) => `- **${escapedCell(name)}**: ${escapedCell(reason)}`)];
  return [
    `## ${escapedCell(title)}`,
    '',
    '| Drill | Verdict | Runs | Downtime p50 | Downtime max | Failed requests | Acknowledged writes lost | Restored p50 |',
    '|---|---|--:|--:|--:|--:|--:|--:|',
    ...rows,
    ...notRunRows,
    ...(reasons.length === 0 ? [] : ['', ...reasons]),
    '',
  ].join('\n');
}

function rowOf(drill: NamedResult, isSlower: boolean): string {
  const { name, result } = drill;
  const { downtimeMs, restoreMs, failedRequests, ackedWritesLost, runs } = result.summary;
  const verdict = isSlower && result.verdict === 'pass' ? '❌ slower' : marks[result.verdict];
  const counts = isMeasured(drill) ? [failedRequests, ackedWritesLost] : [notMeasured, notMeasured];
  const cells = [name, verdict, runs, exactOrNothing(downtimeMs?.p50), exactOrNothing(downtimeMs?.max), ...counts, exactOrNothing(restoreMs?.p50)];
  return `| ${cells.map((cell) => escapedCell(String(cell))).join(' | ')} |`;
}

function exactOrNothing(ms: number | undefined): string {
  return ms === undefined ? notMeasured : exact(ms);
}

function escapedCell(text: string): string {
  return text.replace(/[|\\*_`<>[\]]/g, (char) => `\\${char}`).replaceAll('\n', ' ');
}
