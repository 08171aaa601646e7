import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { configSchema } from '../../../../src/runtime/config/schema/config.ts';
import type { ObservedContainer } from '../../../../src/runtime/engine/port.ts';
import { ConfigError } from '../../../../src/runtime/errors.ts';
import { otherStateInUse, requireOwnState } from '../../../../src/runtime/platform/state-in-use.ts';
import { aService, aTopology, observedContainer } from '../plan/_build.ts';

const traefik = aService('traefik_1');

function mounting(...bindSources: string[]): ObservedContainer {
  return observedContainer(aTopology([traefik]), traefik, { bindSources });
}

const ofAlice = mounting('/home/alice/state/tls', '/home/alice/state/files/traefik_1');

test('a container tells where its files are', (t) => {
  t.is(otherStateInUse('/home/bob/state', [ofAlice]), '/home/alice/state');
  t.is(otherStateInUse('/home/alice/state', [ofAlice]), undefined);
  t.is(otherStateInUse('/home/alice/state/', [ofAlice]), undefined);
});

test('one that has no files says nothing, nor does a folder that only looks like it', (t) => {
  t.is(otherStateInUse('/home/bob/state', [mounting(), mounting('/srv/files/traefik_10'), { ...ofAlice, labels: {} }]), undefined);
});

test('Docker Desktop puts something before the path', (t) => {
  t.is(otherStateInUse('/Users/alice/state', [mounting('/host_mnt/Users/alice/state/files/traefik_1')]), undefined);
});

test('one folder may have two names', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'haplat-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await symlink(folder, join(folder, 'other-name'));
  t.is(otherStateInUse(join(folder, 'other-name'), [mounting(join(folder, 'files/traefik_1'))]), undefined);
});

const ofBob = { config: configSchema.parse({}), source: 'haplat.yaml', stateDirectory: '/home/bob/state' };

function anEngine(sees: boolean) {
  return { listContainers: () => Promise.resolve([ofAlice]), seesPath: () => Promise.resolve(sees) };
}

test('who did not bring the platform up is refused, unless its files are no more', async (t) => {
  const error = await t.throwsAsync(requireOwnState(ofBob, anEngine(true)), { instanceOf: ConfigError });
  t.regex(error.message, /^haplat\.yaml: stateDirectory: project haplat runs with the files in \/home\/alice\/state,/);
  await t.notThrowsAsync(requireOwnState(ofBob, anEngine(false)));
  await t.notThrowsAsync(requireOwnState({ ...ofBob, stateDirectory: '/home/alice/state' }, anEngine(true)));
});
