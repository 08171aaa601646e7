import type { DrillResult } from '../drill.ts';
import { escaped } from '../../render/xml.ts';
import type { NamedResult, NotRun, SuiteOutcome } from './suite-outcome.ts';
import { toText } from './text.ts';

/**
 * JUnit's XML, in the form that CI systems read (the Ant task's schema as Jenkins and GitLab take it): a drill is a test
 * case; a missed objective is a failure; one that is inconclusive or was not run is an error, as it proves nothing.
 */
export function toJunit(suite: string, { drills, notRun }: SuiteOutcome): string {
  const count = (verdict: DrillResult['verdict']) => drills.filter(({ result }) => result.verdict === verdict).length;
  const seconds = drills.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
  const totals = `tests="${drills.length + notRun.length}" failures="${count('fail')}" errors="${count('inconclusive') + notRun.length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="haplat" ${totals} time="${seconds.toFixed(3)}">`,
    `  <testsuite name="${escaped(suite)}" ${totals} skipped="0" time="${seconds.toFixed(3)}">`,
    ...drills.flatMap(testCase),
    ...notRun.flatMap(errorCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase({ name, result, durationMs }: NamedResult): string[] {
  const text = escaped(toText(result).join('\n'));
  const message = escaped(result.reasons.join('; '));
  const problem = { pass: [], fail: ['failure', 'objective'], inconclusive: ['error', 'inconclusive'] }[result.verdict];
  const [element, type] = problem;
  return [
    `    <testcase classname="${escaped(`haplat.${result.project}`)}" name="${escaped(name)}" time="${(durationMs / 1000).toFixed(3)}">`,
    ...(element === undefined ? [] : [`      <${element} type="${type ?? ''}" message="${message}">${text}</${element}>`]),
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
