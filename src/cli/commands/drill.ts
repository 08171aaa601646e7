import type { Config } from '../../runtime/config/schema/config.ts';
import { toDrillJson } from '../../runtime/drill/report/json.ts';
import { toText } from '../../runtime/drill/report/text.ts';
import { loadSuite } from '../../runtime/drill/suite/load-suite.ts';
import { matrixSuite } from '../../runtime/drill/suite/matrix.ts';
import { rollingUpdateSuite } from '../../runtime/drill/suite/rolling-update.ts';
import { runSuite, type SuiteResult } from '../../runtime/drill/suite/run-suite.ts';
import { selectDrills, type Suite } from '../../runtime/drill/suite/suite.ts';
import type { Invocation } from '../invocation.ts';
import { flagsOf, type DrillOptions } from '../options/drill.ts';
import type { Paint } from '../present/text.ts';
import { withDrills } from '../reports/with-drills.ts';

const builtIn: Readonly<Record<string, (config: Config) => Suite>> = { matrix: matrixSuite, 'rolling-update': rollingUpdateSuite };

interface Selection {
  /** Parts of drills' names. */
  readonly only?: readonly string[];
}

export async function runDrillList(invocation: Invocation, options: Selection, [file]: readonly string[]): Promise<void> {
  const suite = await suiteOf(invocation, file, options);
  invocation.result({ schema: 'haplat.suite-list/1', suite: suite.name, drills: suite.drills }, () => describe(suite));
}

function describe(suite: Suite): string {
  const width = Math.max(...suite.drills.map((drill) => drill.name.length));
  const rows = suite.drills.map((drill) => {
    const limits = Object.entries({ ...suite.objectives, ...drill.objectives }).map(([key, value]) => `${key} ${String(value)}`);
    return `  ${drill.name.padEnd(width)}  ${limits.join(', ')}${drill.acceptOutage ? '  (an outage is accepted)' : ''}`;
  });
  return [`${suite.name}: ${suite.drills.length} drills`, ...rows].join('\n');
}

export async function runDrillRun(invocation: Invocation, options: DrillOptions & Selection, [file]: readonly string[]): Promise<void> {
  const suite = await suiteOf(invocation, file, options);
  await withDrills<SuiteResult>(invocation, options, {
    run: (inputs, { progress, onCutShort }) =>
      runSuite(suite, flagsOf(options), {
        ...inputs,
        onDrill: (drill, number) => { progress.title(`${number} of ${suite.drills.length}: ${drill.name}`); },
        onCutShort: (partial) => {
          if (partial.drills.length > 0) onCutShort(partial);
        },
      }),
    findings: (result) => ({
      title: result.suite,
      verdict: result.verdict,
      outcome: result,
      document: { ...result, drills: result.drills.map((drill) => ({ ...drill, result: toDrillJson(drill.result) })) },
      text: (paint) => present(result, paint),
    }),
  });
}

/** One of the built-in suites, for a platform as haplat.yaml has it, or that in a file. */
async function suiteOf(invocation: Invocation, file: string | undefined, { only = [] }: Selection): Promise<Suite> {
  const name = file ?? 'matrix';
  const build = Object.hasOwn(builtIn, name) ? builtIn[name] : undefined;
  return selectDrills(build === undefined ? await loadSuite(file ?? '') : build((await invocation.loadConfig()).config), only);
}

function present(suite: SuiteResult, paint: Paint): string {
  const colour = (verdict: string, text: string) => (verdict === 'pass' ? paint.good(text) : paint.bad(text));
  return [
    ...suite.drills.map(({ result }) => colour(result.verdict, toText(result)[0] ?? '')),
    ...suite.notRun.map(({ name, reason }) => paint.bad(`NOT RUN  ${name}: ${reason}`)),
    colour(suite.verdict, `${suite.suite}: ${suite.verdict} (${suite.drills.length} drills${suite.notRun.length > 0 ? `, ${suite.notRun.length} not run` : ''})`),
  ].join('\n');
}
