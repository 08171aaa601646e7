import type { DrillResult } from '../../runtime/drill/drill.ts';
import { describeFault } from '../../runtime/drill/fault/describe.ts';
import { toDrillJson } from '../../runtime/drill/report/json.ts';
import { toText } from '../../runtime/drill/report/text.ts';
import { sparkline, sparklineMarks } from '../../runtime/drill/report/timeline.ts';
import { runDrill } from '../../runtime/drill/run/run-drill.ts';
import type { Invocation } from '../invocation.ts';
import type { DrillOptions } from '../options/drill.ts';
import { faultOf, type FaultOptions } from '../options/fault.ts';
import type { Paint } from '../present/text.ts';
import { withDrills } from '../reports/with-drills.ts';

export interface FailoverOptions extends FaultOptions, DrillOptions {
  readonly runs: number;
  readonly acceptOutage: boolean;
}

const timelineColumns = 72;

export async function runFailover(invocation: Invocation, options: FailoverOptions): Promise<void> {
  const fault = faultOf(options);
  const name = describeFault(fault);
  await withDrills<DrillResult>(invocation, options, {
    run: (inputs, { onCutShort }) => runDrill({ ...inputs, fault, runs: options.runs, acceptOutage: options.acceptOutage, onCutShort }),
    findings: (result, durationMs) => ({
      title: name,
      verdict: result.verdict,
      outcome: { drills: [{ name, result, durationMs }], notRun: [] },
      document: toDrillJson(result),
      text: (paint) => present(result, paint),
    }),
  });
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
