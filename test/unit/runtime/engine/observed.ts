import type Dockerode from 'dockerode';
import test from 'ava';
import { toContainerDetails, toEngineEvent, toObservedImage, toUsers } from '../../../../src/runtime/engine/observed.ts';

const event = (Action: string, attributes: Record<string, string> = {}) => ({
  Action,
  timeNano: 1_700_000_000_123_456_000,
  Actor: { Attributes: { name: 'p-app_1', 'io.haplat.service': 'app_1', 'io.haplat.component': 'app', ...attributes } },
});

test('a death carries its exit code and the Engine\'s time in milliseconds', (t) => {
  const seen = toEngineEvent(event('die', { exitCode: '137' }));
  t.like(seen, { action: 'die', container: 'p-app_1', service: 'app_1', component: 'app', exitCode: 137 });
  t.like(toEngineEvent({ ...event('die'), Actor: { Attributes: { name: 'p-probe-1' } } }), { service: '', component: '' });
  t.is(Math.round(seen?.atMs ?? 0), 1_700_000_000_123);
});

test('a change of health says what it became', (t) => {
  t.like(toEngineEvent(event('health_status: unhealthy')), { action: 'health_status', health: 'unhealthy' });
});

test('what is not an event of a container is passed over', (t) => {
  t.is(toEngineEvent({ Action: 'create' }), undefined);
  t.is(toEngineEvent('text'), undefined);
});

/** What is read of an inspection, as the Engine sends it. */
const inspection = (health: object, retries: number, Mounts: readonly object[] = []) =>
  JSON.parse(
    JSON.stringify({
      Id: 'a1', Name: '/p-app_1', Image: 'sha256:b2', Created: '2026-01-01T00:00:00Z', RestartCount: 0,
      State: { Status: 'running', StartedAt: '2026-01-01T00:00:01Z', FinishedAt: '0001-01-01T00:00:00Z', ExitCode: 0, OOMKilled: false, Pid: 7, Health: { Log: [], ...health } },
      Config: { Image: 'image', Labels: {}, Healthcheck: { Retries: retries } },
      NetworkSettings: { Networks: {} },
      Mounts,
    }),
  ) as Dockerode.ContainerInspectInfo;

test('a container that was paused is not judged until enough checks have failed', (t) => {
  const health = (failingStreak: number, retries = 2) => toContainerDetails(inspection({ Status: 'unhealthy', FailingStreak: failingStreak }, retries)).health;
  t.is(health(0), 'starting');
  t.is(health(1), 'starting');
  t.is(health(2), 'unhealthy');
  t.is(health(2, 0), 'starting', 'the Engine\'s own number of retries is 3');
  t.is(health(3, 0), 'unhealthy');
});

test('of what is mounted, what comes from the host is told', (t) => {
  const mounts = [{ Type: 'bind', Source: '/srv/state/tls' }, { Type: 'tmpfs', Source: '' }, { Type: 'volume', Name: 'data', Source: '/var/lib/docker/volumes/data/_data' }];
  t.deepEqual(toContainerDetails(inspection({}, 2, mounts)).bindSources, ['/srv/state/tls']);
});

/** What is read of an image, as the Engine sends it. */
const imageWith = (config: object) =>
  JSON.parse(JSON.stringify({ Id: 'sha256:1', Size: 7, Created: '2026-01-01T00:00:00Z', ...config })) as Dockerode.ImageInspectInfo;

test('an image says what it sets in the environment, if anything', (t) => {
  t.deepEqual(toObservedImage(imageWith({ Config: { Env: ['PG_MAJOR=17', 'OPTIONS=a=b', 'EMPTY='] } })).env, { PG_MAJOR: '17', OPTIONS: 'a=b', EMPTY: '' });
  t.deepEqual(toObservedImage(imageWith({ Config: { Env: null } })).env, {});
  t.deepEqual(toObservedImage(imageWith({})).env, {});
  t.is(toObservedImage(imageWith({ Config: { Labels: { 'org.opencontainers.image.version': 'v3.7.1' } } })).version, 'v3.7.1');
  t.is(toObservedImage(imageWith({ Config: { Labels: null } })).version, undefined);
});

test('whose users a container has is told by the options of security', (t) => {
  t.is(toUsers(['name=seccomp,profile=builtin', 'name=cgroupns']), 'same');
  t.is(toUsers(['name=seccomp,profile=builtin', 'name=userns']), 'remapped');
  t.is(toUsers(['name=rootless', 'name=cgroupns']), 'rootless');
  t.is(toUsers(undefined), 'same');
});
