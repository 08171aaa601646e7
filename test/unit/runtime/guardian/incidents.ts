import test from 'ava';
import { Incidents } from '../../../../src/runtime/guardian/incidents.ts';
import { t0, watched } from './_states.ts';

const all = [watched('app_1'), watched('keepalived_1'), watched('traefik_1', { podOwner: 'keepalived_1' })];
const died = (service: string, atMs: number, exitCode = 137) => ({ action: 'die', service, atMs, exitCode });
const told = (incidents: Incidents, service: string, nowMs = t0 + 60_000) =>
  (incidents.recent(all, nowMs).get(service) ?? []).map(({ at, what }) => `${Date.parse(at) - t0} ${what}`);

test('a death that nobody asked for is told, with how it came', (t) => {
  const incidents = new Incidents();
  incidents.note(died('app_1', t0, 1));
  incidents.note(died('app_1', t0 + 1));
  t.deepEqual(told(incidents, 'app_1'), ['0 ended with exit code 1', '1 was ended by SIGKILL']);
  t.deepEqual([...incidents.recent(all, t0).keys()], ['app_1']);
});

test('who is killed or stopped through the Engine has had what was wanted, until it runs again', (t) => {
  const incidents = new Incidents();
  for (const signal of ['9', '15']) {
    incidents.note({ action: 'kill', service: 'app_1', signal, atMs: t0 });
    incidents.note(died('app_1', t0));
    incidents.note({ action: 'start', service: 'app_1', atMs: t0 + 1 });
  }
  t.deepEqual(told(incidents, 'app_1'), []);
  incidents.note({ action: 'kill', service: 'app_1', signal: '1', atMs: t0 + 2 });
  incidents.note(died('app_1', t0 + 3));
  t.deepEqual(told(incidents, 'app_1'), ['3 was ended by SIGKILL']);
});

test('who ends well may have been asked to before anybody listened', (t) => {
  const incidents = new Incidents();
  incidents.listens(t0);
  for (const exitCode of [0, 143]) incidents.note(died('app_1', t0 + 20_000, exitCode));
  t.deepEqual(told(incidents, 'app_1'), []);
  incidents.note(died('app_1', t0 + 20_001, 1));
  incidents.note(died('app_1', t0 + 40_000, 0));
  t.deepEqual(told(incidents, 'app_1'), ['20001 ended with exit code 1', '40000 ended with exit code 0']);
});

test('what a guardian before this one knew is known for the rest of its day, and not told again', (t) => {
  const before = new Incidents();
  before.note(died('app_1', t0));
  const after = new Incidents();
  after.recall(Object.fromEntries(before.recent(all, t0)));
  after.note(died('app_1', t0 + 20_000, 1));
  t.deepEqual(told(after, 'app_1'), ['0 was ended by SIGKILL', '20000 ended with exit code 1']);
  const nowMs = t0 + 60_000;
  t.deepEqual(after.settled(after.recent(all, nowMs), nowMs).map(({ what }) => what), ['ended with exit code 1']);
  t.deepEqual(told(after, 'app_1', t0 + 24 * 3_600_000 + 10_000), ['20000 ended with exit code 1']);
});

test('an incident is settled when no more is to be heard of it, and once', (t) => {
  const incidents = new Incidents();
  const settled = (atMs: number) => incidents.settled(incidents.recent(all, t0 + atMs), t0 + atMs).map(({ service, what }) => `${service} ${what}`);
  incidents.note({ action: 'oom', service: 'app_1', atMs: t0 });
  t.deepEqual(settled(5000), []);
  incidents.note(died('app_1', t0 + 4000));
  t.deepEqual(settled(5001), []);
  t.deepEqual(settled(9001), ['app_1 was ended because its memory ran out']);
  incidents.note(died('app_1', t0 + 10_000, 1));
  t.deepEqual(settled(15_001), ['app_1 ended with exit code 1']);
  t.deepEqual(settled(20_000), []);
});

test('memory that ran out is one incident, whether process 1 dies of it or others do', (t) => {
  const incidents = new Incidents();
  const oom = { action: 'oom', service: 'app_1' };
  for (const atMs of [t0, t0 + 10]) incidents.note({ ...oom, atMs });
  t.deepEqual(told(incidents, 'app_1'), ['10 a process in it was ended because its memory ran out']);
  incidents.note(died('app_1', t0 + 20));
  t.deepEqual(told(incidents, 'app_1'), ['20 was ended because its memory ran out']);
  incidents.note({ ...oom, atMs: t0 + 10_000 });
  incidents.note(died('app_1', t0 + 20_000));
  t.deepEqual(told(incidents, 'app_1').slice(1), ['10000 a process in it was ended because its memory ran out', '20000 was ended by SIGKILL']);
});

test('a member of a pod that dies along with its owner is not told of, later owners\' deaths or not', (t) => {
  for (const order of [['keepalived_1', 'traefik_1'], ['traefik_1', 'keepalived_1']]) {
    const incidents = new Incidents();
    for (const [index, service] of order.entries()) incidents.note(died(service, t0 + index * 1000));
    incidents.note(died('keepalived_1', t0 + 30_000));
    t.deepEqual(told(incidents, 'traefik_1'), []);
    incidents.note(died('traefik_1', t0 + 20_000));
    t.deepEqual(told(incidents, 'traefik_1'), ['20000 was ended by SIGKILL']);
  }
});

test('what was found ill and repaired is told; a start only follows a death', (t) => {
  const incidents = new Incidents();
  incidents.repaired({ verb: 'restart', service: 'app_1', reason: 'is unhealthy' }, t0);
  incidents.repaired({ verb: 'start', service: 'app_1', reason: 'is exited' }, t0 + 1);
  incidents.repaired({ verb: 'unpause', service: 'app_1', reason: 'is paused' }, t0 + 2);
  t.deepEqual(told(incidents, 'app_1'), ['0 was restarted (is unhealthy)', '2 was unpaused (is paused)']);
});

test('a day later it is history, and of many only the latest are kept', (t) => {
  const incidents = new Incidents();
  for (let second = 0; second < 30; second += 1) incidents.note(died('app_1', t0 + second * 1000));
  t.deepEqual(told(incidents, 'app_1').length, 20);
  t.is(told(incidents, 'app_1')[0], '10000 was ended by SIGKILL');
  t.deepEqual(told(incidents, 'app_1', t0 + 86_400_000 + 28_500), ['29000 was ended by SIGKILL']);
});

test('the death of what is no service hides nobody\'s', (t) => {
  const incidents = new Incidents();
  incidents.note(died('app_1', t0));
  incidents.note(died('', t0 + 2000));
  t.deepEqual(told(incidents, 'app_1'), ['0 was ended by SIGKILL']);
  t.deepEqual([...incidents.recent(all, t0 + 2000).keys()], ['app_1']);
});
