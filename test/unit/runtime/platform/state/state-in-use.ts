import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { createAuthority } from '../../../../../src/runtime/certs/authority.ts';
import { configSchema } from '../../../../../src/runtime/config/schema/config.ts';
import type { ObservedContainer } from '../../../../../src/runtime/engine/port.ts';
import { ConfigError } from '../../../../../src/runtime/errors.ts';
import { claimState, otherStateInUse, requireOwnState } from '../../../../../src/runtime/platform/state/state-in-use.ts';
import { aService, aTopology, observedContainer } from '../../plan/_build.ts';

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

const withoutContainers = { listContainers: () => Promise.resolve([]), seesPath: () => Promise.resolve(true) };

test('a state directory is one project\'s: another is refused, before and after it was about to be taken', async (t) => {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'haplat-'));
  t.teardown(() => rm(stateDirectory, { recursive: true }));
  const as = (project: string) => ({ config: configSchema.parse({ project }), source: 'haplat.yaml', stateDirectory });
  const [first, second] = [as('first'), as('second')];
  await requireOwnState(first, withoutContainers);
  await requireOwnState(second, withoutContainers);
  await claimState(first);
  await claimState(first);
  await requireOwnState(first, withoutContainers);
  for (const refused of [() => claimState(second), () => requireOwnState(second, withoutContainers)]) {
    const error = await t.throwsAsync(refused(), { instanceOf: ConfigError });
    t.is(error.message, `haplat.yaml: stateDirectory: ${stateDirectory} is that of project first, and this is project second`);
    t.true(error.remedy?.endsWith(`write second into ${join(stateDirectory, 'project')}`));
  }
});

test('one that an earlier haplat made is that of the project its authority names, unless containers of ours are at work with it', async (t) => {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'haplat-'));
  t.teardown(() => rm(stateDirectory, { recursive: true }));
  await mkdir(join(stateDirectory, 'ca'));
  await writeFile(join(stateDirectory, 'ca/ca.crt'), (await createAuthority('haplat first authority', new Date())).certificate);
  const as = (project: string) => ({ config: configSchema.parse({ project }), source: 'haplat.yaml', stateDirectory });
  await t.notThrowsAsync(requireOwnState(as('first'), withoutContainers));
  await t.throwsAsync(requireOwnState(as('second'), withoutContainers), { instanceOf: ConfigError, message: /is that of project first/ });
  const atWork = { ...withoutContainers, listContainers: () => Promise.resolve([mounting(join(stateDirectory, 'files/traefik_1'))]) };
  await t.notThrowsAsync(requireOwnState(as('second'), atWork));
});
