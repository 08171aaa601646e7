import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { ConfigError } from '../../../../../src/runtime/errors.ts';
import { loadSuite } from '../../../../../src/runtime/drill/suite/load-suite.ts';
import { matrixSuite } from '../../../../../src/runtime/drill/suite/matrix.ts';
import { objectivesOf, parseSuite, selectDrills, suiteSchema } from '../../../../../src/runtime/drill/suite/suite.ts';

const drill = { name: 'a', fault: { kind: 'kill', targets: ['traefik_1'] } };

test('a suite is drills with their objectives, flags before a drill’s own before the suite’s before the configured ones', (t) => {
  const suite = parseSuite('s.yaml', { name: 's', objectives: { maxDowntimeMs: 200, maxLostWrites: 1 }, drills: [{ ...drill, objectives: { maxLostWrites: 0 } }] });
  const [first] = suite.drills;
  t.deepEqual(first && objectivesOf(first, suite, { maxDowntimeMs: 1000, maxRestoreMs: 9 }, {}), { maxDowntimeMs: 200, maxLostWrites: 0, maxRestoreMs: 9 });
  t.like(first && objectivesOf(first, suite, {}, { maxLostWrites: 3, maxRestoreMs: 7 }), { maxDowntimeMs: 200, maxLostWrites: 3, maxRestoreMs: 7 });
});

const bad = [
  [{ name: 's', drills: [] }, /^s.yaml: drills: /],
  [{ name: 's', drills: [drill, drill] }, /^s.yaml: drills.1.name: a is taken/],
  [{ name: 's', drills: [{ ...drill, fault: { kind: 'burn', targets: ['db'] } }] }, /^s.yaml: drills.0.fault.kind: /],
  [{ name: 's', drills: [{ ...drill, fault: { kind: 'loss', targets: ['db'] } }] }, /^s.yaml: drills.0.fault.percent: /],
  [{ name: 's', drills: [{ ...drill, objective: {} }] }, /^s.yaml: drills.0: .*objective/],
  ['text', /^s.yaml: Invalid input/],
] as const;
for (const [document, message] of bad) {
  test(`a suite that says ${JSON.stringify(document)} is told what is wrong, and where`, (t) => {
    t.throws(() => parseSuite('s.yaml', document), { instanceOf: ConfigError, message });
  });
}

const keepalived = { manager: 'keepalived', fencing: true } as const;
const app = { replicas: 2 };

test('the built-in matrix is a suite like any other: every fault on every component, each with an expectation', (t) => {
  const matrix = matrixSuite({ app, netdata: { enabled: true }, loadBalancers: keepalived });
  t.true(suiteSchema.safeParse(matrix).success);
  t.is(new Set(matrix.drills.map(({ name }) => name)).size, matrix.drills.length);
  t.true(matrix.drills.every(({ objectives }) => objectives.maxDowntimeMs !== undefined && objectives.maxLostWrites === 0));
});

test('the built-in matrix leaves out what the platform does not have: nobody could be hit', (t) => {
  const subjectsOf = (enabled: boolean) => new Set(matrixSuite({ app, netdata: { enabled }, loadBalancers: keepalived }).drills.map(({ name }) => name.split(' ')[1]));
  t.deepEqual([...subjectsOf(true).difference(subjectsOf(false))], ['netdata']);
});

test('with one replica of the API the matrix accepts its outages, as it does of all that is single', (t) => {
  const drills = (replicas: number) => matrixSuite({ app: { replicas }, netdata: { enabled: true }, loadBalancers: keepalived }).drills.filter(({ fault }) => fault.targets.includes('app'));
  t.false(drills(2).some(({ acceptOutage }) => acceptOutage));
  t.true(drills(1).every(({ acceptOutage }) => acceptOutage));
  const most = (replicas: number, wanted: string) => drills(replicas).find(({ name }) => name === wanted)?.objectives.maxDowntimeMs;
  t.deepEqual([most(2, 'kill app'), most(1, 'kill app')], [50, 30_000]);
  t.deepEqual([most(2, 'partition app from db'), most(1, 'partition app from db')], [1000, 15_000]);
});

test('a node that is frozen whole keeps the address where nobody fences it, and the matrix knows', (t) => {
  const most = (manager: 'keepalived' | 'pacemaker', fencing: boolean) =>
    matrixSuite({ app, netdata: { enabled: true }, loadBalancers: { manager, fencing } }).drills.filter(({ objectives }) => objectives.maxSplitBrainMs !== undefined).map(({ name }) => name);
  t.deepEqual(most('keepalived', true), ['pause node:1', 'pause node:2']);
  t.deepEqual(most('pacemaker', false), ['pause node:1', 'pause node:2']);
  t.deepEqual(most('pacemaker', true), []);
});

test('drills are selected by parts of their names, and at least one must be meant', (t) => {
  const suite = parseSuite('s.yaml', { name: 's', drills: [drill, { ...drill, name: 'kill db' }, { ...drill, name: 'stop db' }] });
  const names = (...only: string[]) => selectDrills(suite, only).drills.map(({ name }) => name);
  t.deepEqual(names(), ['a', 'kill db', 'stop db']);
  t.deepEqual(names('db'), ['kill db', 'stop db']);
  t.deepEqual(names('kill', 'a'), ['a', 'kill db']);
  t.throws(() => names('nothing'), { instanceOf: ConfigError, message: /no drill with nothing/ });
});

const documentation = join(import.meta.dirname, '../../../../../docs');

test('the suites in the documentation are suites', async (t) => {
  t.is((await loadSuite(join(documentation, 'ci/suite.yaml'))).name, 'before a release');
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(await readFile(join(documentation, 'drills.md'), 'utf8')) ?? [];
  t.is(parseSuite('drills.md', parse(example)).drills.length, 4);
});
