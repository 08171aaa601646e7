import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { servicesWithoutFiles, writeServiceFiles } from '../../../../src/runtime/execute/write-files.ts';
import { aService } from '../plan/_build.ts';

test('a service has its files, with their modes and nothing else beside them, and is known to lack one that was removed', async (t) => {
  const state = mkdtempSync(join(tmpdir(), 'haplat-files-'));
  t.teardown(() => { rmSync(state, { recursive: true }); });
  const db = aService('db', { files: [{ path: 'start', text: '#!/bin/sh\n', mode: 0o755 }, { path: 'secrets/password', text: 'x', mode: 0o600 }] });
  const services = [db, aService('app_1')];
  t.deepEqual(await servicesWithoutFiles(state, services), new Set(['db']));
  await writeServiceFiles(state, db);
  writeFileSync(join(state, 'files/db/left-behind'), '');
  await writeServiceFiles(state, db);
  t.is(readFileSync(join(state, 'files/db/start'), 'utf8'), '#!/bin/sh\n');
  t.is(statSync(join(state, 'files/db/secrets/password')).mode & 0o777, 0o600);
  t.throws(() => statSync(join(state, 'files/db/left-behind')), { code: 'ENOENT' });
  t.deepEqual(await servicesWithoutFiles(state, services), new Set());
  rmSync(join(state, 'files/db/secrets'), { recursive: true });
  t.deepEqual(await servicesWithoutFiles(state, services), new Set(['db']));
});

test('folders that containers look into are open to them, whatever the umask is, also when they were there before', async (t) => {
  const state = mkdtempSync(join(tmpdir(), 'haplat-files-'));
  t.teardown(() => { rmSync(state, { recursive: true }); });
  const folders = ['files/db', 'files/db/initdb'].map((folder) => join(state, folder));
  for (const folder of folders) mkdirSync(folder, { recursive: true, mode: 0o700 });
  await writeServiceFiles(state, aService('db', { files: [{ path: 'initdb/10.sh', text: 'x', mode: 0o644 }] }));
  t.deepEqual(folders.map((folder) => statSync(folder).mode & 0o777), [0o755, 0o755]);
});
