import { appendFile, readFile, writeFile } from 'node:fs/promises';
import type { Verdict } from '../../runtime/drill/judge/judge-run.ts';
import { toHtml } from '../../runtime/drill/report/html.ts';
import { toJunit, type NamedResult } from '../../runtime/drill/report/junit.ts';
import { toMarkdown } from '../../runtime/drill/report/markdown.ts';
import { toOpenMetrics } from '../../runtime/drill/report/openmetrics.ts';
import { baselineSchema, regressions, toBaseline } from '../../runtime/drill/suite/baseline.ts';
import { ConfigError, messageOf, OperationError } from '../../runtime/errors.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import type { DrillOptions } from '../options/drill.ts';

export function exitCodeOfVerdict(verdict: Verdict): number {
  return { pass: exitCodes.done, fail: exitCodes.objectiveMissed, inconclusive: exitCodes.inconclusive }[verdict];
}

/** Writes the reports that were asked for. Returns whether the baseline, if one was given, was kept to: false is well. */
export async function fileReports(
  invocation: Invocation,
  options: DrillOptions,
  title: string,
  drills: readonly NamedResult[],
): Promise<boolean> {
  await Promise.all([
    write(options.junit, () => toJunit(title, drills)),
    write(options.html, () => toHtml(title, drills)),
    write(options.openmetrics, () => toOpenMetrics(drills)),
    appendSummary(title, drills),
  ]);
  return options.baseline === undefined ? false : isRegression(invocation, options.baseline, options.tolerance, drills);
}

async function write(file: string | undefined, text: () => string): Promise<void> {
  if (file === undefined) return;
  try {
    await writeFile(file, text());
  } catch (error) {
    throw new OperationError(`the report ${file} can't be written: ${messageOf(error)}`, { cause: error });
  }
}

/** GitHub Actions shows what is appended to this file on the page of the run. */
async function appendSummary(title: string, drills: readonly NamedResult[]): Promise<void> {
  const file = process.env['GITHUB_STEP_SUMMARY'];
  if (file !== undefined && file !== '') await appendFile(file, `${toMarkdown(title, drills)}\n`);
}

/** Compares with the baseline, or makes this one the baseline when there is none. */
async function isRegression(invocation: Invocation, file: string, tolerance: number, drills: readonly NamedResult[]): Promise<boolean> {
  const text = await readIfThere(file);
  if (text === undefined) {
    await write(file, () => `${JSON.stringify(toBaseline(drills), undefined, 2)}\n`);
    invocation.note(`${file}: written; later runs are compared with it`);
    return false;
  }
  const found = regressions(parseBaseline(file, text), toBaseline(drills), tolerance / 100);
  for (const one of found) invocation.warn(`${one.drill}: ${one.measure} ${one.nowMs.toFixed(0)} ms, was ${one.beforeMs.toFixed(0)} ms (${file})`);
  return found.length > 0;
}

function parseBaseline(file: string, text: string) {
  try {
    return baselineSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new ConfigError(`${file}: is no baseline`, { cause: error, remedy: 'name another, or remove it to have it written anew' });
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new ConfigError(`${file}: ${messageOf(error)}`, { cause: error });
  }
}
