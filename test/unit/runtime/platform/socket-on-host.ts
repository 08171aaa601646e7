import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { socketOnHost } from '../../../../src/runtime/platform/prepare.ts';

const usual = '/var/run/docker.sock';

test('containers get the socket that haplat itself uses, unless that is a stand-in for one in a virtual machine', async (t) => {
  const own = '/run/user/1000/docker.sock';
  t.is(await socketOnHost(own, { operatingSystem: 'Debian GNU/Linux 13' }, { platform: 'linux' }), own);
  t.is(await socketOnHost(own, { operatingSystem: 'Docker Desktop' }, { platform: 'linux' }), usual);
  t.is(await socketOnHost(own, { operatingSystem: 'Ubuntu 24.04' }, { platform: 'darwin' }), usual);
  t.is(await socketOnHost(undefined, { operatingSystem: 'Debian GNU/Linux 13' }, { platform: 'linux' }), usual);
});

test('another path of the usual socket is the usual socket', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'haplat-socket-'));
  const there = join(folder, 'docker.sock');
  await writeFile(there, '');
  await symlink(folder, join(folder, 'run'));
  t.is(await socketOnHost(join(folder, 'run/docker.sock'), { operatingSystem: 'Debian GNU/Linux 13' }, { platform: 'linux', usual: there }), there);
  await rm(folder, { recursive: true });
});
