import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { checkFiles } from '../../../../src/runtime/doctor/files.ts';

test('an Engine must have the folder of the state by its path; what was made to find out is gone', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'haplat-files-'));
  const asked: string[] = [];
  const engine = (sees: boolean) => ({ seesPath: (path: string) => { asked.push(path); return Promise.resolve(sees); } });
  t.like(await checkFiles(engine(true), folder), { id: 'files', state: 'ok' });
  const refused = await checkFiles(engine(false), join(folder, 'not/made/yet'));
  t.like(refused, { id: 'files', state: 'fail' });
  t.true(refused.detail.includes(folder) && refused.remedy?.includes('stateDirectory'));
  t.deepEqual(asked.map(dirname), [folder, folder]);
  t.not(asked[0], asked[1]);
  t.deepEqual(await readdir(folder), []);
  await rm(folder, { recursive: true });
});

test('where nothing can be written, nothing is said about the Engine', async (t) => {
  const check = await checkFiles({ seesPath: () => Promise.resolve(false) }, '/proc/self/fdinfo/state');
  t.like(check, { state: 'warn', detail: 'nothing can be written to /proc/self/fdinfo' });
});
