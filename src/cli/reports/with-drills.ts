import type { Verdict } from '../../runtime/drill/judge/judge-run.ts';
import type { SuiteOutcome } from '../../runtime/drill/suite/outcome.ts';
import { drillPlatform, type CommonInputs } from '../../runtime/platform/drill.ts';
import type { Invocation } from '../invocation.ts';
import { settingsOf, type DrillOptions } from '../options/drill.ts';
import { DrillProgress } from '../present/drill-progress.ts';
import { describeRegressions } from '../present/regressions.ts';
import { Paint } from '../present/text.ts';
import { DrillReports } from './drill-reports.ts';
import { exitCodeOfVerdict } from './exit-code-of-verdict.ts';

/** What there is to say of what drills have shown. */
export interface Findings {
  readonly title: string;
  readonly verdict: Verdict;
  readonly outcome: SuiteOutcome;
  /** For `--json`; what has become slower is added. */
  readonly document: object;
  readonly text: (paint: Paint) => string;
}

export interface Drills<Result> {
  readonly run: (inputs: CommonInputs, live: { readonly progress: DrillProgress; readonly onCutShort: (partial: Result) => void }) => Promise<Result>;
  /** Of a result, also of one that was cut short. `durationMs`: since the platform was found. */
  readonly findings: (result: Result, durationMs: number) => Findings;
}

/**
 * Runs drills on the platform, with progress on stderr, and tells what they have shown: reports, verdict and exit code. What
 * was measured before a drill was broken off is told as well; then it rejects with what broke it off.
 */
export async function withDrills<Result>(invocation: Invocation, options: DrillOptions, { run, findings }: Drills<Result>): Promise<void> {
  const reports = await DrillReports.prepare(options);
  const loaded = await invocation.loadConfig();
  const engine = await invocation.connect(loaded, { looksFirst: true });
  const progress = new DrillProgress(invocation.options);
  const startedAtMs = performance.now();
  const tellOf = (result: Result) => tell(invocation, reports, findings(result, performance.now() - startedAtMs));
  let cutShort: { readonly result: Result } | undefined;
  try {
    const result = await drillPlatform(
      settingsOf(loaded.config, options),
      { loaded, engine, signal: invocation.signal, onNote: invocation.note, onEvent: (event) => { progress.take(event); } },
      (inputs) => run(inputs, { progress, onCutShort: (partial) => { cutShort = { result: partial }; } }),
    );
    progress.end();
    await tellOf(result);
  } catch (error) {
    progress.end();
    if (cutShort !== undefined) await tellOf(cutShort.result);
    throw error;
  }
}

/** Rejects last of all, when a report could not be written. */
async function tell(invocation: Invocation, reports: DrillReports, { title, verdict, outcome, document, text }: Findings): Promise<void> {
  const { files, ...comparison } = await reports.write(invocation, title, outcome);
  const { regressions } = comparison;
  invocation.exit(exitCodeOfVerdict(verdict, comparison, outcome.drills));
  invocation.result({ ...document, regressions }, () =>
    [text(new Paint(invocation.options, process.stdout)), ...describeRegressions({ ...outcome, regressions })].join('\n'));
  await files;
}
