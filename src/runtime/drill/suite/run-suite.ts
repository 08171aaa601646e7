import { ConfigError, EngineUnreachableError, HaplatError, InterruptedError, messageOf } from '../../errors.ts';
import type { DrillEvent, DrillInputs, DrillResult } from '../drill.ts';
import { NotUndoneError } from '../fault/fault.ts';
import { verdictOf } from '../judge/summary.ts';
import type { Objectives, Verdict } from '../judge/judge-run.ts';
import type { NamedResult, NotRun, SuiteOutcome } from './outcome.ts';
import { runDrill } from '../run/run-drill.ts';
import { requireKnown } from '../target/require-known.ts';
import { objectivesOf } from './suite.ts';
import type { Suite, SuiteDrill } from './suite.ts';

/** What all drills of a suite have in common; the rest is in the suite. */
export type SuiteInputs = Omit<DrillInputs, 'fault' | 'runs' | 'acceptOutage' | 'onEvent' | 'onCutShort'> & {
  readonly onDrill: (drill: SuiteDrill, number: number) => void;
  readonly onEvent: (event: DrillEvent) => void;
  /** Called before `runSuite` rejects, with what there is by then. */
  readonly onCutShort?: (result: SuiteResult) => void;
};

/** What was given for this run: it wins over what the suite says. */
export interface DrillFlags {
  readonly objectives: Objectives;
  readonly rate: number | undefined;
  readonly modes: DrillInputs['modes'] | undefined;
  readonly holdMs: number | undefined;
}

export interface SuiteResult extends SuiteOutcome {
  readonly schema: 'haplat.suite/1';
  readonly suite: string;
  /** The worst of its drills'. */
  readonly verdict: Verdict;
}

function modesOf({ pooled }: SuiteDrill): DrillInputs['modes'] | undefined {
  if (pooled === undefined) return undefined;
  return pooled ? ['fresh', 'pooled'] : ['fresh'];
}

/**
 * Runs a suite's drills one after the other. One that can't be carried out does not keep the others from it. Rejects with
 * ConfigError, before anything is broken, for a target that this platform does not have; with EngineUnreachableError,
 * InterruptedError or NotUndoneError in the middle, after `onCutShort`.
 */
export async function runSuite(suite: Suite, flags: DrillFlags, { onCutShort, ...inputs }: SuiteInputs, perform: typeof runDrill = runDrill): Promise<SuiteResult> {
  requireKnownTargets(suite, inputs.expected);
  const drills: NamedResult[] = [];
  const notRun: NotRun[] = [];
  for (const [index, drill] of suite.drills.entries()) {
    inputs.onDrill(drill, index + 1);
    const startedMs = performance.now();
    const before = drills.length;
    const keep = (result: DrillResult) => { drills.push({ name: drill.name, result, durationMs: performance.now() - startedMs }); };
    try {
      const result = await perform({
        ...inputs,
        fault: drill.fault,
        objectives: objectivesOf(drill, suite, inputs.objectives, flags.objectives),
        runs: drill.runs,
        rate: flags.rate ?? drill.rate ?? inputs.rate,
        mayLowerRate: flags.rate === undefined && drill.rate === undefined && inputs.mayLowerRate,
        modes: flags.modes ?? modesOf(drill) ?? inputs.modes,
        holdMs: flags.holdMs ?? drill.holdMs ?? inputs.holdMs,
        acceptOutage: drill.acceptOutage,
        onCutShort: keep,
        isAfterAnother: index > 0 || inputs.isAfterAnother === true,
      });
      keep(result);
    } catch (error) {
      const hasRun = drills.length > before;
      if (!(error instanceof HaplatError) || endsAll(error)) {
        const left = suite.drills.slice(hasRun ? index + 1 : index).map(({ name }) => ({ name, reason: messageOf(error) }));
        onCutShort?.(resultOf(suite, drills, [...notRun, ...left]));
        throw error;
      }
      if (!hasRun) notRun.push({ name: drill.name, reason: error.remedy === undefined ? error.message : `${error.message} (${error.remedy})` });
    }
  }
  return resultOf(suite, drills, notRun);
}

/** Before anything is broken: a suite that is wrong in the end is wrong as a whole. */
function requireKnownTargets(suite: Suite, expected: SuiteInputs['expected']): void {
  for (const { name, fault } of suite.drills) {
    try {
      requireKnown(fault, expected);
    } catch (error) {
      throw error instanceof ConfigError ? new ConfigError(`${suite.name}: ${name}: ${error.message}`, { cause: error, ...(error.remedy !== undefined && { remedy: error.remedy }) }) : error;
    }
  }
}

/** Whether the drills that are left can't be carried out either, or would be measured with a fault of this one's. */
function endsAll(error: HaplatError): boolean {
  return [InterruptedError, EngineUnreachableError, NotUndoneError].some((one) => error instanceof one);
}

function resultOf(suite: Suite, drills: readonly NamedResult[], notRun: readonly NotRun[]): SuiteResult {
  const verdicts = [...drills.map(({ result }) => result.verdict), ...notRun.map(() => 'inconclusive' as const)];
  return { schema: 'haplat.suite/1', suite: suite.name, verdict: verdictOf(verdicts), drills, notRun };
}
