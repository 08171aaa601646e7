import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SettingsError } from '../../../src/app/errors.ts';
import { readApiSettings, readSecret } from '../../../src/app/settings.ts';
import { readWorkerSettings } from '../../../src/worker/settings.ts';

/** A folder that goes with the test. */
function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'haplat-'));
  t.teardown(() => { rmSync(folder, { recursive: true }); });
  return folder;
}

test('an empty environment gives the defaults', (t) => {
  const settings = readApiSettings({});
  t.is(settings.PORT, 3000);
  t.is(settings.DB_HOST, 'db');
  t.is(settings.AMQP_HOST, 'rabbitmq');
  t.is(settings.DB_POOL_MAX, 10);
  t.is(readWorkerSettings({}).PORT, 3001);
});

test('an empty value counts as absent', (t) => {
  t.is(readApiSettings({ PORT: '' }).PORT, 3000);
});

test('numbers are read from text', (t) => {
  const settings = readApiSettings({ PORT: '8081', DRAIN_DELAY_MS: '0' });
  t.is(settings.PORT, 8081);
  t.is(settings.DRAIN_DELAY_MS, 0);
});

test('every wrong value is named', (t) => {
  const error = t.throws(() => readApiSettings({ PORT: '70000', LOG_LEVEL: 'loud', DB_POOL_MAX: '0' }), {
    instanceOf: SettingsError,
  });
  t.deepEqual(error.problems.map((problem) => problem.split(':')[0]).sort(), ['DB_POOL_MAX', 'LOG_LEVEL', 'PORT']);
});

test('the only settings that can hold a secret are names of files', (t) => {
  const names = Object.keys(readApiSettings({})).filter((name) => /password|secret|token/i.test(name));
  t.true(names.every((name) => name.endsWith('_FILE')));
});

test('a secret loses the newline that editors add, nothing else', (t) => {
  const file = join(folderFor(t), 'secret');
  writeFileSync(file, ' pass word \n');
  t.is(readSecret('DB_PASSWORD_FILE', file), ' pass word ');
});

test('a missing or empty secret file is an error that names the setting', (t) => {
  const folder = folderFor(t);
  writeFileSync(join(folder, 'empty'), '\n');
  for (const name of ['missing', 'empty']) {
    const error = t.throws(() => readSecret('DB_PASSWORD_FILE', join(folder, name)), { instanceOf: SettingsError });
    t.regex(error.message, /DB_PASSWORD_FILE: .*(missing|empty)/);
  }
});
