import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { socketOnHost } from '../../../../src/runtime/platform/prepare.ts';

const usual = '/var/run/docker.sock';

test('containers get the socket that haplat itself uses, unless that is a stand-in for one in a virtual machine', async (t) => {
  const own = '/run/user/1000/docker.sock';
  t.is(await socketOnHost(own, { operatingSystem: 'Debian GNU/Linux 13' }, 'linux'), own);
  t.is(await socketOnHost(own, { operatingSystem: 'Docker Desktop' }, 'linux'), usual);
  t.is(await socketOnHost(own, { operatingSystem: 'Ubuntu 24.04' }, 'darwin'), usual);
  t.is(await socketOnHost(undefined, { operatingSystem: 'Debian GNU/Linux 13' }, 'linux'), usual);
});

test('another path of the usual socket is the usual socket', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'haplat-socket-'));
  await symlink('/var/run', join(folder, 'run'));
  t.is(await socketOnHost(join(folder, 'run/docker.sock'), { operatingSystem: 'Debian GNU/Linux 13' }, 'linux'), usual);
  await rm(folder, { recursive: true });
});
