import test from 'ava';
import { checkDisk, checkEngine, type Check } from '../../../../src/runtime/doctor/checks.ts';
import { gib, goodInfo as good } from './_info.ts';

const stateOf = (checks: readonly Check[], id: string) => checks.find((check) => check.id === id)?.state;

test('a good machine has nothing to mend', (t) => {
  const checks = checkEngine(good);
  t.deepEqual([...new Set(checks.map((check) => check.state))], ['ok']);
  t.true(checks.every((check) => check.remedy === undefined));
});

for (const [apiVersion, state] of [
  ['1.40', 'fail'],
  ['1.41', 'ok'],
  ['1.100', 'ok'],
  ['2.0', 'ok'],
  ['', 'fail'],
] as const) {
  test(`API version "${apiVersion}": ${state}`, (t) => {
    t.is(stateOf(checkEngine({ ...good, apiVersion }), 'api'), state);
  });
}

test('an Engine that maps users can\'t have the platform, one without root can', (t) => {
  t.like(checkEngine({ ...good, users: 'remapped' }).find(({ id }) => id === 'users'), { state: 'fail', remedy: 'use an Engine without userns-remap, or one that runs without root' });
  t.is(stateOf(checkEngine({ ...good, users: 'rootless' }), 'users'), 'ok');
});

test('little memory is a warning, too little a failure', (t) => {
  const memory = (amount: number) => stateOf(checkEngine({ ...good, memoryBytes: amount * gib }), 'memory');
  t.deepEqual([0.5, 1.5, 2].map(memory), ['fail', 'warn', 'ok']);
});

test('Windows containers and a single processor are told', (t) => {
  const checks = checkEngine({ ...good, os: 'windows', cpus: 1 });
  t.deepEqual([stateOf(checks, 'os'), stateOf(checks, 'cpus')], ['fail', 'warn']);
});

test('whatever is not in order comes with a remedy', (t) => {
  const checks = checkEngine({ ...good, apiVersion: '1.24', os: 'windows', cpus: 1, memoryBytes: 0 });
  const wrong = [...checks, checkDisk(0, '/state')].filter((check) => check.state !== 'ok');
  t.is(wrong.length, 5);
  t.true(wrong.every((check) => check.remedy !== undefined));
});

test('containers that weigh as much as one process are a warning', (t) => {
  const cgroups = (cgroupVersion: string, value?: number) =>
    checkEngine({ ...good, cgroupVersion, cgroupDriver: 'cgroupfs' }, value === undefined ? undefined : { path: '/group', value }).find(({ id }) => id === 'cgroups');
  t.like(cgroups('1', 1024), { state: 'warn', remedy: 'answers get steadier with more: echo 4096 > /group' });
  t.like(cgroups('2', 100), { state: 'warn', remedy: 'answers get steadier with more: echo 400 > /group' });
  t.is(cgroups('1', 4096)?.state, 'ok');
  t.is(cgroups('2', 400)?.state, 'ok');
  t.is(cgroups('1')?.state, 'ok');
});

test('a full disk fails and is named', (t) => {
  t.is(checkDisk(gib, '/state').state, 'fail');
  t.is(checkDisk(3 * gib, '/state').state, 'warn');
  t.like(checkDisk(10 * gib, '/state'), { state: 'ok', detail: '10.0 GiB at /state' });
});
