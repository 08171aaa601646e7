import type { LoadedConfig } from '../../runtime/config/load-config.ts';
import type { DrillEvent, DrillResult } from '../../runtime/drill/drill.ts';
import type { Objectives } from '../../runtime/drill/judge/judge-run.ts';
import { toDrillJson } from '../../runtime/drill/report/json.ts';
import { toText } from '../../runtime/drill/report/text.ts';
import { drillPlatform } from '../../runtime/platform/drill.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { faultOf, type FaultOptions } from '../options/fault.ts';
import { DrillProgress } from '../present/drill-progress.ts';
import { Paint } from '../present/text.ts';

export interface FailoverOptions extends FaultOptions {
  readonly maxDowntime?: number;
  readonly maxFailed?: number;
  readonly maxLost?: number;
  readonly maxRestore?: number;
  readonly runs: number;
  readonly rate: number;
  readonly writes: number;
  readonly timeout: number;
  readonly hold: number;
  readonly within: number;
  readonly seed?: number;
  readonly pooled: boolean;
  readonly force: boolean;
  readonly acceptOutage: boolean;
}

const seeds = 2 ** 31;

export async function runFailover(invocation: Invocation, options: FailoverOptions): Promise<void> {
  const fault = faultOf(options);
  const loaded = await invocation.loadConfig();
  const engine = await invocation.connect(loaded);
  const progress = new DrillProgress(invocation.options);
  let result: DrillResult;
  try {
    result = await drillPlatform(
      {
        fault,
        objectives: objectivesOf(loaded, options),
        runs: options.runs,
        rate: options.rate,
        modes: options.pooled ? ['fresh', 'pooled'] : ['fresh'],
        ledgerRate: options.writes,
        requestTimeoutMs: options.timeout,
        holdMs: options.hold,
        recoverWithinMs: options.within,
        seed: options.seed ?? Math.floor(Math.random() * seeds),
        force: options.force,
        acceptOutage: options.acceptOutage,
      },
      { loaded, engine, signal: invocation.signal, onNote: invocation.note, onEvent: (event: DrillEvent) => { progress.take(event); } },
    );
  } finally {
    progress.end();
  }
  invocation.exit(exitCodeOfVerdict(result));
  if (invocation.options.json) {
    invocation.printJson(toDrillJson(result));
    return;
  }
  invocation.print(coloured(toText(result), result, new Paint(invocation.options, process.stdout)));
}

/** Flags win over the configuration's objectives. */
function objectivesOf({ config }: LoadedConfig, options: FailoverOptions): Objectives {
  const given = config.objectives;
  return {
    maxDowntimeMs: options.maxDowntime ?? given.maxDowntimeMs,
    maxFailedRequests: options.maxFailed ?? given.maxFailedRequests,
    maxLostWrites: options.maxLost ?? given.maxLostWrites,
    maxRestoreMs: options.maxRestore ?? given.maxRestoreMs,
  };
}

export function exitCodeOfVerdict({ verdict }: Pick<DrillResult, 'verdict'>): number {
  return { pass: exitCodes.done, fail: exitCodes.objectiveMissed, inconclusive: exitCodes.inconclusive }[verdict];
}

function coloured([head = '', ...rest]: readonly string[], { verdict }: DrillResult, paint: Paint): string {
  return [verdict === 'pass' ? paint.good(head) : paint.bad(head), ...rest].join('\n');
}
