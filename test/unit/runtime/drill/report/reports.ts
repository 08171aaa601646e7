import test from 'ava';
import { exact, forTable, forText } from '../../../../../src/runtime/drill/report/format.ts';
import { toHtml } from '../../../../../src/runtime/drill/report/html.ts';
import { toDrillJson } from '../../../../../src/runtime/drill/report/json.ts';
import { toJunit } from '../../../../../src/runtime/drill/report/junit.ts';
import { toMarkdown } from '../../../../../src/runtime/drill/report/markdown.ts';
import { toOpenMetrics } from '../../../../../src/runtime/drill/report/openmetrics.ts';
import { toText } from '../../../../../src/runtime/drill/report/text.ts';
import { closeUp, sparkline, sparklineMarks, timelineOf } from '../../../../../src/runtime/drill/report/timeline.ts';
import { entry, fault, history, samplesWith } from '../judge/_histories.ts';
import { named } from './_results.ts';

const passed = named('kill vip-holder', [history({ samples: samplesWith([[0, 120]]) })]);
const failed = named('kill <db> & "more"', [history({ samples: samplesWith([[0, 1500]]) })]);
const unproven = named('nothing', [history({ samples: [] })]);

test('the text has the verdict in words first, then the numbers, then the reasons', (t) => {
  const [words, downtime] = toText(passed.result);
  t.is(words, 'PASSED  kill traefik_1: clients were without an answer for 120 ms (1 s allowed), writes were not tested, all was redundant again after 2 s');
  t.is(downtime, '  downtime  120 ms (resolution 10 ms, 1 outage; before the fault up to 0 ms)');
  t.is(toText(failed.result).at(-1), '  ! downtime 1500 ms is over 1000 ms');
  t.regex(toText(unproven.result)[0] ?? '', /^INCONCLUSIVE .*nothing could be measured/);
});

test('a time is told to a tenth of a millisecond, and in seconds where a table or a sentence has no use for more', (t) => {
  const times = [0, 0.04, 12.345, 999.94, 1000, 1234.5, 9999, 10_000, 12_345];
  t.deepEqual(times.map(exact), ['0 ms', '0 ms', '12.3 ms', '999.9 ms', '1000 ms', '1234.5 ms', '9999 ms', '10000 ms', '12345 ms']);
  t.deepEqual(times.map(forTable), ['0 ms', '0 ms', '12.3 ms', '999.9 ms', '1000 ms', '1234.5 ms', '9999 ms', '10.0 s', '12.3 s']);
  t.deepEqual(times.map(forText), ['0 ms', '0 ms', '12.3 ms', '999.9 ms', '1 s', '1.23 s', '10 s', '10 s', '12.3 s']);
});

test('redundancy that some runs did not get back is said', (t) => {
  const { result } = named('kill', [history(), history({ restoredAtMs: undefined })]);
  t.regex(toText(result)[0] ?? '', /redundancy did not come back in 1 of 2 runs$/);
});

test('the JSON document has everything but the single requests', (t) => {
  const document = toDrillJson(passed.result);
  t.false('histories' in document);
  t.is(document.schema, 'haplat.drill/1');
  t.is(document.runs[0]?.downtimeMs, 120);
});

const notRun = [{ name: 'stop <db>', reason: 'leaves nothing of db' }];
const outcome = { drills: [passed, failed, unproven], notRun };

test('in JUnit a missed objective is a failure and what proves nothing, or was not run, an error, with names that XML can bear', (t) => {
  const xml = toJunit('drills', outcome);
  t.true(xml.includes('<testsuite name="drills" tests="4" failures="1" errors="2" skipped="0" time="37.035">'));
  t.true(xml.includes('name="kill &lt;db&gt; &amp; &quot;more&quot;"'));
  t.is(xml.match(/<failure type="objective"/g)?.length, 1);
  t.is(xml.match(/<error type="inconclusive"/g)?.length, 1);
  t.regex(xml, /name="stop &lt;db&gt;"[^>]*>\s*<error type="not-run" message="leaves nothing of db"/);
  t.false(xml.includes('<db>'));
});

test('OpenMetrics are in base units, end as they must, and quote labels', async (t) => {
  const lines = (await toOpenMetrics({ drills: [passed, failed, unproven], notRun: [] })).split('\n');
  t.is(lines.at(-2), '# EOF');
  t.true(lines.includes('haplat_drill_downtime_seconds{project="haplat",drill="kill vip-holder",fault="kill",target="traefik_1",quantile="0.5"} 0.12'));
  t.true(lines.some((line) => line.includes('drill="kill <db> & \\"more\\""')));
  t.false(lines.some((line) => line.startsWith('haplat_drill_downtime_seconds') && line.includes('drill="nothing"')), 'what was not measured has no value');
});

const slower = { ...outcome, regressions: [{ drill: 'kill vip-holder', measure: 'downtimeP50Ms', beforeMs: 50, nowMs: 120 }] } as const;

test('a drill that passed and has become slower is red in every report', async (t) => {
  const why = 'downtime p50 120 ms, was 50 ms in the baseline';
  const xml = toJunit('drills', slower);
  t.true(xml.includes('tests="4" failures="2" errors="2"'));
  t.true(xml.includes(`<failure type="regression" message="${why}">`));
  const text = toMarkdown('drills', slower);
  t.true(text.includes('| kill vip-holder | ❌ slower |'));
  t.true(text.includes(`- **kill vip-holder**: ${why}`));
  t.regex(toHtml('drills', slower), new RegExp(`slower</span></h2>.*${why}`, 's'));
  t.true((await toOpenMetrics(slower)).includes('haplat_drill_regressions{project="haplat",drill="kill vip-holder",fault="kill",target="traefik_1"} 1'));
  t.false((await toOpenMetrics(outcome)).includes('haplat_drill_regressions{'), 'nothing was compared');
});

test('what was not measured is not zero', async (t) => {
  const none = { ...unproven, result: { ...unproven.result, runs: unproven.result.runs.map((run) => ({ ...run, requests: { ...run.requests, sent: 0 } })) } };
  const metrics = await toOpenMetrics({ drills: [none], notRun: [] });
  t.notRegex(metrics, /^haplat_drill_(lost_writes|failed_requests)\{/m);
  t.true(toMarkdown('drills', { drills: [none], notRun: [] }).includes('| nothing | ❔ inconclusive | 1 | – | – | – | – | '));
});

test('the text says what the fault was, so that two that differ differ', (t) => {
  const cut = { ...passed.result, fault: { kind: 'partition', target: 'app_1', from: ['db', 'rabbitmq'], holdMs: 1000 } } as const;
  t.regex(toText(cut)[0] ?? '', /^PASSED {2}partition app_1 from db,rabbitmq: /);
});

test('the text says how long writes did without, and when there were none to lose', (t) => {
  const { result } = named('kill', [history({ ledger: [entry({ atMs: fault + 100, process: 'unknown' }), entry({ atMs: fault + 2600 })] })]);
  t.regex(toText(result)[0] ?? '', /: clients noticed no interruption \(no write was acknowledged for 2.5 s\)/);
  t.regex(toText(result).join('\n'), /writes .* 1 unknown; none acknowledged for 2.5 s$/m);
  t.regex(toText(named('kill', [history()]).result)[0] ?? '', /, writes were not tested, /);
});

test('the Markdown table has a row a drill, and no cell can break out of it', (t) => {
  const text = toMarkdown('drills', { drills: [passed, named('a | b', [history()])], notRun });
  t.true(text.includes('| kill vip-holder | ✅ pass | 1 | 120 ms | 120 ms | 12 | 0 | 2000 ms |'));
  t.true(text.includes('| a \\| b |'));
  t.true(text.includes('| stop \\<db\\> | ❔ not run | 0 |'));
  t.true(text.includes('- **stop \\<db\\>**: leaves nothing of db'));
});

test('the page loads nothing from elsewhere and escapes what it is told', (t) => {
  const page = toHtml('drills', outcome);
  t.false(/<script|<link|@import|src=|https?:/i.test(page));
  t.false(page.includes('<db>'));
  t.true(page.includes('leaves nothing of db'));
  t.is(page.match(/<svg /g)?.length, 3, 'two runs that were seen, one of them close up as well');
  t.true(page.includes('prefers-color-scheme: dark'));
  t.true(page.includes('@media print'));
});

test('the text, the page and its picture tell of the fencing where there was one, and of the heal', (t) => {
  const transitions = [{ node: 'lb_2', atMs: fault + 300, kind: 'fencing', state: 'fenced' }] as const;
  const fenced = named('cut', [history({ transitions, healedAtMs: fault + 1500 })]);
  t.true(toText(fenced.result).includes('  phases    detected not seen → fenced 300 ms → address moved not seen → first success 2 ms → fault undone 1.5 s → redundancy restored 2 s'));
  const page = toHtml('drills', { drills: [fenced], notRun: [] });
  t.true(page.includes('<tr><td>Fenced</td><td>300 ms</td></tr>'));
  t.true(page.includes('<tr><td>Address moved</td><td>not seen</td></tr>'));
  const [picture = ''] = /<svg .*?<\/svg>/s.exec(page) ?? [];
  t.deepEqual([...picture.matchAll(/class="name"[^>]*>([^<]*)</g)].map(([, name]) => name), ['fault', 'fenced', 'success', 'undone', 'restored']);
  t.false(toHtml('drills', outcome).includes('Fenced'));
});

test('a timeline has every request in one of its slots', (t) => {
  const { slots, fromMs } = timelineOf(history({ samples: samplesWith([[0, 500]]) }), 50);
  t.is(slots.reduce((sum, slot) => sum + slot.ok + slot.failed, 0), 500);
  t.is(slots.reduce((sum, slot) => sum + slot.failed, 0), 50);
  t.is(fromMs, -1000);
});

test('a node’s band lasts from when it got the address until it lost it, or to the end', (t) => {
  const { holders } = timelineOf(history({ holders: [
    { node: 'keepalived_1', atMs: fault - 5000, holds: true },
    { node: 'keepalived_1', atMs: fault + 50, holds: false },
    { node: 'keepalived_2', atMs: fault + 60, holds: true },
  ] }), 50);
  t.deepEqual(holders, [
    { node: 'keepalived_1', fromMs: -1000, toMs: 50 },
    { node: 'keepalived_2', fromMs: 60, toMs: 4000 },
  ]);
});

test('the sparkline marks where requests failed', (t) => {
  t.regex(sparkline(history({ samples: samplesWith([[0, 500]]) }), 50), /^[▁-█]{10}×{5}[▁-█]{35}$/);
});

const phases = { detectedMs: 20, vipMovedMs: 40, fencedMs: null, firstSuccessMs: 120, healedMs: null, redundancyRestoredMs: 2000 };

test('a close-up shows what was around the outage, and no more', (t) => {
  const near = closeUp(history({ samples: samplesWith([[0, 120]]) }), phases);
  t.is(near?.endedAtMs, fault + 120 + 150);
  t.is(near?.samples.length, 43);
  t.deepEqual([near?.samples[0]?.dueMs, near?.samples.at(-1)?.dueMs], [fault - 150, fault + 270]);
});

test('there is no close-up of what fills the picture anyway, nor of nothing', (t) => {
  t.is(closeUp(history({ samples: samplesWith([[0, 3000]]) }), { ...phases, firstSuccessMs: 3002 }), undefined);
  t.is(closeUp(history(), { ...phases, detectedMs: null, vipMovedMs: null, firstSuccessMs: null }), undefined);
});

test('below the sparkline is said when the fault came and went, where there is room', (t) => {
  const run = history({ samples: samplesWith([[0, 120]]) });
  t.is(sparklineMarks(run, phases, 50), '          ↑fault              ↑restored');
  t.is(sparklineMarks(run, { ...phases, redundancyRestoredMs: 100 }, 50), '          ↑fault');
});

test('a target that was chosen is named, with the seed that chooses it again', (t) => {
  const random = { ...passed.result, fault: { kind: 'kill', target: 'traefik' } } as const;
  t.is(toText(random)[1], '  hit       traefik_1 (seed 7)');
});
