import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readContainerWeight } from '../../../../src/runtime/doctor/container-weight.ts';
import { goodInfo } from './_info.ts';

const info = { ...goodInfo, hostname: hostname(), cgroupVersion: '1', cgroupDriver: 'cgroupfs' };

test('the weight of the group of all containers is read where there is one, and where the Engine is on this host', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'haplat-weight-'));
  t.teardown(() => rm(root, { recursive: true }));
  t.is(await readContainerWeight(info, root), undefined);
  await mkdir(join(root, 'cpu/docker'), { recursive: true });
  await writeFile(join(root, 'cpu/docker/cpu.shares'), '1024\n');
  t.deepEqual(await readContainerWeight(info, root), { path: join(root, 'cpu/docker/cpu.shares'), value: 1024 });
  t.is(await readContainerWeight({ ...info, hostname: 'elsewhere' }, root), undefined);
  t.is(await readContainerWeight({ ...info, cgroupDriver: 'systemd' }, root), undefined);

  await mkdir(join(root, 'docker'));
  await writeFile(join(root, 'docker/cpu.weight'), '100\n');
  t.is((await readContainerWeight({ ...info, cgroupVersion: '2' }, root))?.value, 100);
});
