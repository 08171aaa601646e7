import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openOffline } from './_browser.ts';
import { gently, steadily } from './_drill.ts';
import { Platform, type Outcome } from './_platform.ts';

const serial = test.serial;
const schema = join(import.meta.dirname, 'schemas/jenkins-junit.xsd');
/** Generous: what is asserted is what the reports say, not how quick the platform is. */
const patient = [...gently, '--max-downtime', '30s'];
let platform: Platform;
let browser: Browser;
/** The drill whose reports the tests read. */
let first: Outcome;

test.before(async () => {
  browser = await launchBrowser();
  platform = await Platform.create({ project: 'drl-reports', number: 29 });
  await platform.mustRun('up', '-q');
  await writeFile(file('summary.md'), 'what an earlier step wrote\n');
  const reports = ['--junit', file('one.xml'), '--html', file('one.html'), '--openmetrics', file('one.prom'), '--baseline', file('baseline.json')];
  first = await drill(['--kill', 'vip-holder', ...reports, '--json'], { GITHUB_STEP_SUMMARY: file('summary.md') });
});
test.afterEach.always(async (t) => {
  if (!t.passed) for (const repair of await platform.repairs()) t.log(repair);
});
test.after.always(async () => {
  await platform.dispose();
  await browser.close();
});

const file = (name: string) => join(platform.folder, name);
const text = (name: string) => readFile(file(name), 'utf8');
const drill = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => steadily(platform, ['failover', ...patient, ...args], { env });

async function isJunit(t: ExecutionContext, name: string): Promise<void> {
  const { exitCode, stderr } = await execa('xmllint', ['--noout', '--schema', schema, file(name)], { reject: false });
  t.is(exitCode, 0, stderr);
}

/** Brightness of a CSS colour, 0 to 255. */
function brightness(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

async function colours(page: Page): Promise<{ readonly ink: number; readonly paper: number }> {
  // As text: these run in the browser, whose types the rest of the project does not need.
  const of = (property: string) => page.evaluate<string>(`getComputedStyle(document.body).${property}`);
  return { ink: brightness(await of('color')), paper: brightness(await of('backgroundColor')) };
}

serial('one drill writes every report that is asked for', async (t) => {
  const { exitCode, stdout, stderr } = first;
  t.is(exitCode, 0, `${stdout}\n${stderr}`);
  t.is((JSON.parse(stdout) as { verdict: string }).verdict, 'pass');
  await isJunit(t, 'one.xml');
  t.regex(await text('one.xml'), /<testcase classname="haplat.drl-reports" name="kill vip-holder"/);
  t.regex(await text('one.prom'), /^haplat_drill_verdict\{.*drill="kill vip-holder".*verdict="pass"\} 1$/m);
  t.true((await text('one.prom')).endsWith('# EOF\n'));
  t.regex(await text('summary.md'), /^what an earlier step wrote\n## kill vip-holder\n/);
  t.regex(await text('summary.md'), /^\| kill vip-holder \| ✅ pass \| 1 \|/m);
  t.is((JSON.parse(await text('baseline.json')) as { schema: string }).schema, 'haplat.baseline/1');
});

for (const look of ['light', 'dark', 'print'] as const) {
  serial(`the page opens without a network and without a complaint, with its timeline in sight: ${look}`, async (t) => {
    const { page, complaints } = await openOffline(browser, file('one.html'), look);
    const timeline = page.getByRole('img', { name: 'timeline of the run' });
    t.true(await timeline.isVisible());
    const box = await timeline.boundingBox();
    t.true((box?.width ?? 0) > 600 && (box?.height ?? 0) > 100, JSON.stringify(box));
    t.true((await timeline.locator('path.latency').getAttribute('d'))?.includes('L'), 'the latency has a line');
    t.true((await timeline.getByText('fault', { exact: true }).count()) === 1);
    t.true((await timeline.locator('rect[class^=node-]').count()) >= 2, 'both nodes have had the address');
    const { ink, paper } = await colours(page);
    if (look === 'dark') t.true(paper < 60 && ink > 180, `${ink} on ${paper}`);
    else t.true(paper > 200 && ink < 80, `${ink} on ${paper}`);
    t.true(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'), 'nothing sticks out');
    t.deepEqual(complaints, []);
    await page.context().close();
  });
}

serial('slower than the baseline is exit 3, and within the tolerance is not', async (t) => {
  const baseline = JSON.parse(await text('baseline.json')) as { drills: Record<string, Record<string, number>> };
  const [name = '', measured = {}] = Object.entries(baseline.drills)[0] ?? [];
  const once = { ...measured, restoreP50Ms: 1, downtimeP50Ms: 60_000, downtimeMaxMs: 60_000, resolutionMs: 0 };
  await writeFile(file('baseline.json'), JSON.stringify({ ...baseline, drills: { [name]: once } }));
  const compared = ['--kill', 'vip-holder', '--baseline', file('baseline.json')];
  const slower = await drill([...compared, '--junit', file('slower.xml')]);
  t.is(slower.exitCode, 3, slower.stderr);
  t.regex(slower.stdout, /^PASSED/);
  t.regex(slower.stdout, /^SLOWER {2}kill vip-holder: restored p50 \d+ ms, was 1 ms in the baseline$/m);
  await isJunit(t, 'slower.xml');
  t.regex(await text('slower.xml'), /failures="1"[^]*<failure type="regression" message="restored p50 /);
  const tolerated = await drill([...compared, '--tolerance', '100000000']);
  t.is(tolerated.exitCode, 0, tolerated.stdout);
});

serial('a baseline that has none of the drills proves nothing: exit 4', async (t) => {
  const { exitCode, stdout, stderr } = await drill(['--kill', 'worker_1', '--baseline', file('baseline.json')]);
  t.is(exitCode, 4, stdout);
  t.regex(stderr, /not compared with the baseline, .*: kill worker_1/);
});

serial('a suite has one report for all of its drills, and the exit code of the worst', async (t) => {
  await writeFile(file('suite.yaml'), `
name: two drills
objectives: { maxDowntimeMs: 30000 }
drills:
  - { name: a worker dies, rate: 40, fault: { kind: kill, targets: [worker_1] } }
  - { name: impossible objective, rate: 40, fault: { kind: kill, targets: [vip-holder] }, objectives: { maxRestoreMs: 1 } }
`);
  const { exitCode, stdout } = await steadily(platform, ['drill', 'run', file('suite.yaml'), '--junit', file('suite.xml'), '--html', file('suite.html'), '--json']);
  t.is(exitCode, 3);
  const result = JSON.parse(stdout) as { schema: string; verdict: string; drills: { name: string; result: { verdict: string; reasons: string[] } }[] };
  t.is(result.schema, 'haplat.suite/1');
  t.deepEqual(result.drills.map((one) => [one.name, one.result.verdict]), [['a worker dies', 'pass'], ['impossible objective', 'fail']], stdout);
  await isJunit(t, 'suite.xml');
  t.regex(await text('suite.xml'), /tests="2" failures="1" errors="0"/);
  const { page, complaints } = await openOffline(browser, file('suite.html'), 'light');
  t.is(await page.getByRole('img', { name: 'timeline of the run' }).count(), 2);
  t.deepEqual(complaints, []);
});

serial('what could not be reported is refused before anything is broken', async (t) => {
  await platform.untilHealthy(60_000);
  await writeFile(file('bad.yaml'), 'name: s\ndrills:\n  - { name: a, fault: { kind: kill, targets: [app_1] }, objectives: { maxDowntime: 5 } }\n');
  await writeFile(file('bad.json'), '{}');
  const since = new Date();
  for (const [args, message] of [
    [['drill', 'run', file('bad.yaml')], /^error: .*bad\.yaml: drills\.0\.objectives: /],
    [['drill', 'run', file('nowhere.yaml')], /^error: .*nowhere\.yaml: /],
    [['failover', '--kill', 'app_1', '--junit', file('nowhere/j.xml')], /^error: --junit .*nowhere\/j\.xml: can't be written/],
    [['failover', '--kill', 'app_1', '--baseline', file('bad.json')], /^error: --baseline .*bad\.json: is no baseline/],
  ] as const) {
    const { exitCode, stdout, stderr } = await platform.run(...args);
    t.is(exitCode, 2, stderr);
    t.regex(stderr, message);
    t.is(stdout, '');
  }
  t.true(((await platform.engine.inspectContainer(platform.container('app_1')))?.startedAt ?? since) < since);
});
