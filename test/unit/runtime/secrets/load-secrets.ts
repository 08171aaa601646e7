import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { configSchema } from '../../../../src/runtime/config/schema/config.ts';
import { ConfigError, OperationError } from '../../../../src/runtime/errors.ts';
import { loadSecrets } from '../../../../src/runtime/secrets/load-secrets.ts';

const state = (t: ExecutionContext): string => {
  const path = mkdtempSync(join(tmpdir(), 'haplat-secrets-'));
  t.teardown(() => {
    rmSync(path, { recursive: true });
  });
  return path;
};
const defaults = configSchema.parse({});
const withDbFile = (passwordFile: string) => configSchema.parse({ postgres: { passwordFile } });
const userFile = (stateDirectory: string, text: string, mode = 0o600): string => {
  const path = join(stateDirectory, 'own');
  writeFileSync(path, text, { mode });
  return path;
};

test('secrets are made up once, each its own, 256 bits long', async (t) => {
  const stateDirectory = state(t);
  const first = await loadSecrets({ stateDirectory, config: defaults });
  t.deepEqual(await loadSecrets({ stateDirectory, config: defaults }), first);
  t.is(new Set(Object.values(first)).size, 4);
  for (const secret of Object.values<string>({ ...first })) t.regex(secret, /^[\w-]{43}$/);
});

test('only the owner can read them', async (t) => {
  const stateDirectory = state(t);
  await loadSecrets({ stateDirectory, config: defaults });
  const folder = join(stateDirectory, 'secrets');
  t.is(statSync(folder).mode & 0o777, 0o700);
  for (const name of readdirSync(folder)) t.is(statSync(join(folder, name)).mode & 0o777, 0o600);
});

test('processes that start at once agree on the secrets', async (t) => {
  const stateDirectory = state(t);
  const all = await Promise.all(Array.from({ length: 8 }, () => loadSecrets({ stateDirectory, config: defaults })));
  for (const secrets of all) t.deepEqual(secrets, all[0]);
});

test('the user’s own file wins, without its last line break', async (t) => {
  const stateDirectory = state(t);
  const warnings: string[] = [];
  const config = withDbFile(userFile(stateDirectory, ' s3cret \n'));
  const secrets = await loadSecrets({ stateDirectory, config, onWarning: (w) => warnings.push(w) });
  t.is(secrets.dbPassword, ' s3cret ');
  t.deepEqual(warnings, []);
  t.false(readdirSync(join(stateDirectory, 'secrets')).includes('db-password'));
});

test('a user’s file that others can read works with a warning', async (t) => {
  const stateDirectory = state(t);
  const warnings: string[] = [];
  const path = userFile(stateDirectory, 's3cret', 0o644);
  await loadSecrets({ stateDirectory, config: withDbFile(path), onWarning: (w) => warnings.push(w) });
  t.is(warnings.length, 1);
  t.regex(warnings.join(), /^postgres\.passwordFile: .* \(mode 644\): chmod 600 /);
});

for (const [what, text, message] of [
  ['empty', '\n', /is empty/],
  ['of several lines', 'a\nb\n', /more than one line/],
] as const) {
  test(`a user’s file that is ${what} is a configuration error, and no secret is made`, async (t) => {
    const stateDirectory = state(t);
    const config = withDbFile(userFile(stateDirectory, text));
    const error = await t.throwsAsync(loadSecrets({ stateDirectory, config }), { instanceOf: ConfigError, message });
    t.regex(error.message, /^haplat\.yaml: postgres\.passwordFile: /);
    t.deepEqual(readdirSync(stateDirectory), ['own']);
  });
}

test('what errors call the configuration is its name as given', async (t) => {
  const stateDirectory = state(t);
  const config = withDbFile(join(stateDirectory, 'nowhere'));
  await t.throwsAsync(loadSecrets({ stateDirectory, config, source: 'shop.yaml' }), { instanceOf: ConfigError, message: /^shop\.yaml: postgres\.passwordFile: / });
});

test('a user’s file that is missing is a configuration error', async (t) => {
  const stateDirectory = state(t);
  const config = withDbFile(join(stateDirectory, 'nowhere'));
  await t.throwsAsync(loadSecrets({ stateDirectory, config }), { instanceOf: ConfigError, message: /can't be read: ENOENT/ });
});

test('an emptied secret is reported, not replaced: the database still has the old password', async (t) => {
  const stateDirectory = state(t);
  await loadSecrets({ stateDirectory, config: defaults });
  const path = join(stateDirectory, 'secrets/db-password');
  writeFileSync(path, '');
  await t.throwsAsync(loadSecrets({ stateDirectory, config: defaults }), { instanceOf: OperationError, message: /is empty/ });
  t.is(readFileSync(path, 'utf8'), '');
});
