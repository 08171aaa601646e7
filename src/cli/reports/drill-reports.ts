import { constants } from 'node:fs';
import { access, appendFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Verdict } from '../../runtime/drill/judge/judge-run.ts';
import { toHtml } from '../../runtime/drill/report/html.ts';
import { toJunit } from '../../runtime/drill/report/junit.ts';
import { toMarkdown } from '../../runtime/drill/report/markdown.ts';
import { toOpenMetrics } from '../../runtime/drill/report/openmetrics.ts';
import { regressionsOf, type NamedResult, type Regression, type SuiteOutcome } from '../../runtime/drill/suite/outcome.ts';
import { baselineSchema, regressions, toBaseline, uncompared, type Baseline } from '../../runtime/drill/suite/baseline.ts';
import { ConfigError, messageOf } from '../../runtime/errors.ts';
import { writing } from '../../runtime/files/file-error.ts';
import { readIfThere } from '../../runtime/files/read-if-there.ts';
import { replaceFile } from '../../runtime/files/replace-file.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import type { DrillOptions } from '../options/drill.ts';

const formats = [
  ['junit', toJunit],
  ['html', toHtml],
  ['openmetrics', (_title: string, outcome: SuiteOutcome) => toOpenMetrics(outcome)],
] as const;

interface Written {
  /** What has become slower than the baseline. */
  readonly regressions: readonly Regression[];
  /** A comparison was asked for, and there was nothing to compare. */
  readonly isUncompared: boolean;
  /** Rejects with why a report could not be written. */
  readonly files: Promise<unknown>;
}

/**
 * A drill that passed but has become slower than the baseline allows is a failure too, whatever the others have proved. A
 * baseline that has none of the drills proves nothing.
 */
export function exitCodeOf(verdict: Verdict, { regressions: found, isUncompared }: Pick<Written, 'regressions' | 'isUncompared'>, drills: readonly NamedResult[]): number {
  const hasPassed = (name: string) => drills.some((drill) => drill.name === name && drill.result.verdict === 'pass');
  if (found.some(({ drill }) => hasPassed(drill))) return exitCodes.objectiveMissed;
  if (verdict === 'pass' && isUncompared) return exitCodes.inconclusive;
  return { pass: exitCodes.done, fail: exitCodes.objectiveMissed, inconclusive: exitCodes.inconclusive }[verdict];
}

/** A line for people about each. */
export function describeRegressions(outcome: SuiteOutcome): string[] {
  return outcome.drills.flatMap(({ name }) => regressionsOf(name, outcome).map((one) => `SLOWER  ${name}: ${one}`));
}

/** The reports that were asked for. */
export class DrillReports {
  readonly #options: DrillOptions;
  readonly #baseline: Baseline | undefined;

  private constructor(options: DrillOptions, baseline: Baseline | undefined) {
    this.#options = options;
    this.#baseline = baseline;
  }

  /** Rejects with ConfigError, before anything is broken, when a report could not be written or the baseline is none. */
  static async prepare(options: DrillOptions): Promise<DrillReports> {
    for (const flag of ['junit', 'html', 'openmetrics', 'baseline'] as const) await checkUsable(flag, options[flag]);
    const text = options.baseline === undefined ? undefined : await readIfThere(options.baseline);
    return new DrillReports(options, text === undefined ? undefined : parseBaseline(options.baseline ?? '', text));
  }

  /**
   * Writes them. Whether all could be written is the caller's to ask when it has shown the verdict, which somebody's
   * platform was broken for.
   */
  async write(invocation: Invocation, title: string, measured: SuiteOutcome): Promise<Written> {
    const { regressions: found, isUncompared } = this.#compare(invocation, measured.drills);
    const results = this.#baseline === undefined ? measured : { ...measured, regressions: found };
    const files = Promise.all([
      ...formats.map(([flag, format]) => write(this.#options[flag], () => format(title, results))),
      this.#keepBaseline(invocation, results),
    ]);
    await Promise.allSettled([files]);
    await appendSummary(title, results).catch((error: unknown) => { invocation.warn(`GITHUB_STEP_SUMMARY: ${messageOf(error)}`); });
    return { regressions: found, isUncompared, files };
  }

  #compare(invocation: Invocation, drills: readonly NamedResult[]): Pick<Written, 'regressions' | 'isUncompared'> {
    if (this.#baseline === undefined) return { regressions: [], isUncompared: false };
    const now = toBaseline(drills);
    const alone = uncompared(this.#baseline, now);
    if (alone.length > 0) invocation.warn(`not compared with the baseline, for one of the two has nothing measured: ${alone.join(', ')}`);
    return { regressions: regressions(this.#baseline, now, this.#options.tolerance / 100), isUncompared: alone.length === drills.length };
  }

  /** Makes this one the baseline when there is none. An outage, or nothing at all, must not become the norm. */
  async #keepBaseline(invocation: Invocation, { drills, notRun }: SuiteOutcome): Promise<void> {
    const { baseline: file } = this.#options;
    if (file === undefined || this.#baseline !== undefined) return;
    if (notRun.length > 0 || drills.some(({ result }) => result.verdict !== 'pass')) {
      invocation.warn(`${file}: not written, because not every drill passed`);
      return;
    }
    await write(file, () => `${JSON.stringify(toBaseline(drills), undefined, 2)}\n`);
    invocation.note(`${file}: written; later runs are compared with it`);
  }
}

async function checkUsable(flag: string, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  const there = await stat(file).catch(() => undefined);
  // A baseline that is there is never written.
  const isRead = flag === 'baseline' && there !== undefined;
  try {
    if (there?.isDirectory() === true) throw new Error('it is a folder');
    await access(there === undefined ? dirname(file) : file, isRead ? constants.R_OK : constants.W_OK);
  } catch (error) {
    throw new ConfigError(`--${flag} ${file}: can't be ${isRead ? 'read' : 'written'}: ${messageOf(error)}`, { cause: error, remedy: 'name a file in a folder that is there' });
  }
}

async function write(file: string | undefined, text: () => string | Promise<string>): Promise<void> {
  if (file !== undefined) await replaceFile(file, await text());
}

/** GitHub Actions shows what is appended to this file on the page of the run. */
async function appendSummary(title: string, results: SuiteOutcome): Promise<void> {
  const file = process.env['GITHUB_STEP_SUMMARY'];
  if (file !== undefined && file !== '') await writing(file, () => appendFile(file, `${toMarkdown(title, results)}\n`));
}

function parseBaseline(file: string, text: string): Baseline {
  try {
    return baselineSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new ConfigError(`--baseline ${file}: is no baseline`, { cause: error, remedy: 'name another, or remove it to have it written anew' });
  }
}
