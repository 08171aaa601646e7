import { escaped } from '../../render/xml.ts';
import { regressionsOf, type NamedResult, type NotRun, type SuiteOutcome } from '../suite/outcome.ts';
import { toText } from './text.ts';

/**
 * JUnit's XML, in the form that CI systems read (the Ant task's schema as Jenkins and GitLab take it): a drill is a test
 * case; a missed objective is a failure, and so is a drill slower than the baseline allows; one that is inconclusive or was not run is an error, as it proves nothing.
 */
export function toJunit(suite: string, outcome: SuiteOutcome): string {
  const { drills, notRun } = outcome;
  const problems = drills.map((drill) => problemOf(drill, regressionsOf(drill.name, outcome)));
  const count = (element: Problem['element']) => problems.filter((problem) => problem?.element === element).length;
  const seconds = drills.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
  const totals = `tests="${drills.length + notRun.length}" failures="${count('failure')}" errors="${count('error') + notRun.length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="haplat" ${totals} time="${seconds.toFixed(3)}">`,
    `  <testsuite name="${escaped(suite)}" ${totals} skipped="0" time="${seconds.toFixed(3)}">`,
    ...drills.flatMap((drill, index) => testCase(drill, problems[index])),
    ...notRun.flatMap(errorCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

interface Problem {
  readonly element: 'failure' | 'error';
  readonly type: 'objective' | 'inconclusive' | 'regression';
  readonly reasons: readonly string[];
}

function problemOf({ result: { verdict, reasons } }: NamedResult, slower: readonly string[]): Problem | undefined {
  const all = [...reasons, ...slower];
  if (verdict === 'fail') return { element: 'failure', type: 'objective', reasons: all };
  if (verdict === 'inconclusive') return { element: 'error', type: 'inconclusive', reasons: all };
  return slower.length === 0 ? undefined : { element: 'failure', type: 'regression', reasons: all };
}

function testCase({ name, result, durationMs }: NamedResult, problem: Problem | undefined): string[] {
  const text = escaped(toText(result).join('\n'));
  return [
    `    <testcase classname="${escaped(`haplat.${result.project}`)}" name="${escaped(name)}" time="${(durationMs / 1000).toFixed(3)}">`,
    ...(problem === undefined ? [] : [`      <${problem.element} type="${problem.type}" message="${escaped(problem.reasons.join('; '))}">${text}</${problem.element}>`]),
    `      <system-out>${text}</system-out>`,
    '    </testcase>',
  ];
}

function errorCase({ name, reason }: NotRun): string[] {
  return [
    `    <testcase classname="haplat" name="${escaped(name)}" time="0.000">`,
    `      <error type="not-run" message="${escaped(reason)}">${escaped(reason)}</error>`,
    '    </testcase>',
  ];
}
