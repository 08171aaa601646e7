/**
 * `npm run bench:drills`: every drill that has a goal, `--runs` times each from a steady state, at the default settings.
 * Prints medians and the worst against the goals. With `--only TEXT` just the rows with that text in their names.
 */
import { parseArgs } from 'node:util';
import { holdMs, rows, type Row } from './bench/drill-goals.ts';
import { judgeRow, nothingReturning, returningNode, tableHead } from './bench/drill-table.ts';
import { BenchPlatform } from './bench/platform.ts';
import type { DrillResult, DrillRun } from '../src/runtime/drill/drill.ts';
import { forgetUsersPlatform } from './lib/own-environment.ts';

forgetUsersPlatform();

const { values: flags } = parseArgs({ options: { runs: { type: 'string', default: '20' }, only: { type: 'string', default: '' } } });
const chosen = rows.filter(({ name }) => name.includes(flags.only));
if (chosen.length === 0) throw new Error(`no drill has "${flags.only}" in its name: ${rows.map(({ name }) => name).join(', ')}`);
const platform = await BenchPlatform.create('haplat-bench-drills');

/** What a row's runs measured; drills that proved nothing are told about, and not counted. */
async function measure(row: Row): Promise<DrillRun[]> {
  const measured: DrillRun[] = [];
  for (let run = 1; run <= Number(flags.runs); run += 1) {
    const target = row.target === 'node' ? await platform.holder() : row.target;
    const args = [`--${row.kind}`, target, '--hold', `${holdMs}ms`, '--max-downtime', '120s', ...(row.isOutage ? ['--accept-outage'] : [])];
    const { runs, reasons, verdict }: DrillResult = await platform.drill(...args);
    if (verdict === 'pass') measured.push(...runs);
    else console.error(`${row.name}, run ${run}: ${verdict}: ${reasons.join('; ')}`);
    if (verdict === 'fail') measured.push(...runs);
    const tooMany = runs.find(({ requests }) => requests.failed > (row.failed ?? Infinity));
    if (tooMany !== undefined) console.error(`${row.name}, run ${run}: ${tooMany.requests.failed} failed: ${kindsOf(tooMany)}`);
  }
  return measured;
}

function kindsOf({ requests }: DrillRun): string {
  return Object.entries(requests.errors).map(([kind, count]) => `${kind} ${count}`).join(', ');
}

try {
  await platform.use();
  const lines: string[] = [];
  const switched: DrillRun[] = [];
  const unchanged: DrillRun[] = [];
  for (const row of chosen) {
    const runs = await measure(row);
    if (row.isSwitch) switched.push(...runs);
    if (row.isNothing) unchanged.push(...runs);
    lines.push(judgeRow(row, runs, Number(flags.runs)));
    console.error(lines.at(-1));
  }
  const returned = [...(switched.length > 0 ? [returningNode(switched)] : []), ...(unchanged.length > 0 ? [nothingReturning(unchanged)] : [])];
  console.log(['', ...tableHead, ...lines, ...returned].join('\n'));
} finally {
  await platform.dispose();
}
