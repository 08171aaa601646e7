import type { DrillResult } from '../../runtime/drill/drill.ts';
import { describeFault } from '../../runtime/drill/fault/describe.ts';
import type { NamedResult } from '../../runtime/drill/suite/outcome.ts';
import { toDrillJson } from '../../runtime/drill/report/json.ts';
import { toText } from '../../runtime/drill/report/text.ts';
import { sparkline, sparklineMarks } from '../../runtime/drill/report/timeline.ts';
import { runDrill } from '../../runtime/drill/run/run-drill.ts';
import { drillPlatform } from '../../runtime/platform/drill.ts';
import type { Invocation } from '../invocation.ts';
import { settingsOf, type DrillOptions } from '../options/drill.ts';
import { faultOf, type FaultOptions } from '../options/fault.ts';
import { DrillProgress } from '../present/drill-progress.ts';
import { describeRegressions, DrillReports, exitCodeOf } from '../reports/drill-reports.ts';
import { Paint } from '../present/text.ts';

export interface FailoverOptions extends FaultOptions, DrillOptions {
  readonly runs: number;
  readonly acceptOutage: boolean;
}

const timelineColumns = 72;

export async function runFailover(invocation: Invocation, options: FailoverOptions): Promise<void> {
  const fault = faultOf(options);
  const reports = await DrillReports.prepare(options);
  const loaded = await invocation.loadConfig();
  const engine = await invocation.connect(loaded, { looksFirst: true });
  const progress = new DrillProgress(invocation.options);
  const startedAtMs = performance.now();
  const name = describeFault(fault);
  const tell = (result: DrillResult) => tellResult(invocation, reports, { name, result, durationMs: performance.now() - startedAtMs });
  let cutShort: DrillResult | undefined;
  try {
    const result = await drillPlatform(
      settingsOf(loaded.config, options),
      { loaded, engine, signal: invocation.signal, onNote: invocation.note, onEvent: (event) => { progress.take(event); } },
      (inputs) => runDrill({ ...inputs, fault, runs: options.runs, acceptOutage: options.acceptOutage, onCutShort: (partial) => { cutShort = partial; } }),
    );
    progress.end();
    await tell(result);
  } catch (error) {
    progress.end();
    if (cutShort !== undefined) await tell(cutShort);
    throw error;
  }
}

async function tellResult(invocation: Invocation, reports: DrillReports, drill: NamedResult): Promise<void> {
  const { result } = drill;
  const outcome = { drills: [drill], notRun: [] };
  const { files, ...compared } = await reports.write(invocation, drill.name, outcome);
  const { regressions } = compared;
  invocation.exit(exitCodeOf(result.verdict, compared, [drill]));
  if (invocation.options.json) invocation.printJson({ ...toDrillJson(result), regressions });
  else invocation.print([present(result, new Paint(invocation.options, process.stdout)), ...describeRegressions({ ...outcome, regressions })].join('\n'));
  await files;
}

function present(result: DrillResult, paint: Paint): string {
  const [head = '', ...rest] = toText(result);
  const [history] = result.runs.length === 1 ? result.histories : [];
  const [run] = result.runs;
  const timeline =
    history === undefined || run === undefined
      ? []
      : [`  timeline  ${sparkline(history, timelineColumns)}`, `            ${sparklineMarks(history, run.phases, timelineColumns)}`];
  return [result.verdict === 'pass' ? paint.good(head) : paint.bad(head), ...timeline, ...rest].join('\n');
}
