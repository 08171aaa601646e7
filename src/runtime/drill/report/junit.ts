import type { DrillResult } from '../drill.ts';
import { toText } from './text.ts';
import { escaped } from '../../render/xml.ts';

/** A drill with the name it has in its suite. */
export interface NamedResult {
  readonly name: string;
  readonly result: DrillResult;
  /** How long it took, all runs together. */
  readonly durationMs: number;
}

/**
 * JUnit's XML, in the form that CI systems read (the Ant task's schema as Jenkins and GitLab take it): a drill is a test
 * case; a missed objective is a failure; an inconclusive one an error, as it proves nothing.
 */
export function toJunit(suite: string, drills: readonly NamedResult[]): string {
  const count = (verdict: DrillResult['verdict']) => drills.filter(({ result }) => result.verdict === verdict).length;
  const seconds = drills.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
  const totals = `tests="${drills.length}" failures="${count('fail')}" errors="${count('inconclusive')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="haplat" ${totals} time="${seconds.toFixed(3)}">`,
    `  <testsuite name="${escaped(suite)}" ${totals} skipped="0" time="${seconds.toFixed(3)}">`,
    ...drills.flatMap(testCase),
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
