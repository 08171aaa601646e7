import { constants } from 'node:fs';
import { access, appendFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toHtml } from '../../runtime/drill/report/html.ts';
import { toJunit } from '../../runtime/drill/report/junit.ts';
import { toMarkdown } from '../../runtime/drill/report/markdown.ts';
import { toOpenMetrics } from '../../runtime/drill/report/openmetrics.ts';
import type { SuiteOutcome } from '../../runtime/drill/suite/outcome.ts';
import { ConfigError, messageOf } from '../../runtime/errors.ts';
import { writing } from '../../runtime/files/file-error.ts';
import { replaceFile } from '../../runtime/files/replace-file.ts';
import type { Invocation } from '../invocation.ts';
import type { DrillOptions } from '../options/drill.ts';
import { BaselineFile } from './baseline-file.ts';
import type { Comparison } from './exit-code-of-verdict.ts';

const formats = [
  ['junit', toJunit],
  ['html', toHtml],
  ['openmetrics', (_title: string, outcome: SuiteOutcome) => toOpenMetrics(outcome)],
] as const;

interface Written extends Comparison {
  /** Rejects with why a report could not be written. */
  readonly files: Promise<unknown>;
}

/** The reports that were asked for. */
export class DrillReports {
  readonly #options: DrillOptions;
  readonly #baseline: BaselineFile | undefined;

  private constructor(options: DrillOptions, baseline: BaselineFile | undefined) {
    this.#options = options;
    this.#baseline = baseline;
  }

  /** Rejects with ConfigError, before anything is broken, when a report could not be written or the baseline is none. */
  static async prepare(options: DrillOptions): Promise<DrillReports> {
    for (const flag of ['junit', 'html', 'openmetrics', 'baseline'] as const) await checkUsable(flag, options[flag]);
    return new DrillReports(options, options.baseline === undefined ? undefined : await BaselineFile.read(options.baseline));
  }

  /**
   * Writes them. Whether all could be written is the caller's to ask when it has shown the verdict, which somebody's
   * platform was broken for.
   */
  async write(invocation: Invocation, title: string, measured: SuiteOutcome): Promise<Written> {
    const comparison = this.#baseline?.compare(measured.drills, this.#options.tolerance / 100, invocation);
    const outcome = comparison === undefined ? measured : { ...measured, regressions: comparison.regressions };
    const files = Promise.all([
      ...formats.map(([flag, format]) => write(this.#options[flag], () => format(title, outcome))),
      this.#baseline?.keep(outcome, invocation),
    ]);
    await Promise.allSettled([files]);
    await appendSummary(title, outcome).catch((error: unknown) => { invocation.warn(`GITHUB_STEP_SUMMARY: ${messageOf(error)}`); });
    return { regressions: [], isUncompared: false, ...comparison, files };
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
async function appendSummary(title: string, outcome: SuiteOutcome): Promise<void> {
  const file = process.env['GITHUB_STEP_SUMMARY'];
  if (file !== undefined && file !== '') await writing(file, () => appendFile(file, `${toMarkdown(title, outcome)}\n`));
}
