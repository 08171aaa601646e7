import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import test from 'ava';
import { proxyArguments, readDockerConfig } from '../../../../src/runtime/engine/docker-config.ts';
import { registryLogin } from '../../../../src/runtime/engine/registry-login.ts';
import { OperationError } from '../../../../src/runtime/errors.ts';

const serial = test.serial;
const path = process.env['PATH'] ?? '';
let folder = '';

test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'haplat-docker-config-'));
});
test.afterEach.always(async () => {
  process.env['PATH'] = path;
  await rm(folder, { recursive: true, force: true });
});

async function config(content: object) {
  await writeFile(join(folder, 'config.json'), JSON.stringify(content));
  return readDockerConfig(folder);
}

/** A credential helper that answers as this script does; `$server` is what it is asked for. */
async function helper(script: string): Promise<void> {
  const file = join(folder, 'docker-credential-test');
  await writeFile(file, `#!/bin/sh\nserver=$(cat)\n${script}\n`);
  await chmod(file, 0o755);
  process.env['PATH'] = `${folder}${delimiter}${path}`;
}

const pair = (text: string) => ({ auth: Buffer.from(text).toString('base64') });

serial('a login is found by the registry in the reference, however its key is written', async (t) => {
  const known = await config({ auths: { 'https://registry.example.com/v1/': pair('ann:p:w'), 'localhost:5000': pair('bob:x'), 'https://index.docker.io/v1/': pair('hub:y') } });
  t.deepEqual(await registryLogin(known, 'registry.example.com/team/app:1'), { username: 'ann', password: 'p:w', serveraddress: 'registry.example.com' });
  t.like(await registryLogin(known, 'localhost:5000/postgres:17'), { username: 'bob' });
  for (const reference of ['postgres:17', 'netdata/netdata', 'docker.io/library/traefik:v3']) {
    t.like(await registryLogin(known, reference), { username: 'hub', serveraddress: 'https://index.docker.io/v1/' }, reference);
  }
  t.is(await registryLogin(known, 'other.example.com/app'), undefined);
  t.is(await registryLogin(await config({ auths: { 'localhost:5000': {} } }), 'localhost:5000/app'), undefined);
});

serial('a credential helper is asked for its registry, and may have a token or nothing', async (t) => {
  await helper(`case $server in
    a.example.com) echo '{"Username":"ann","Secret":"s"}' ;;
    b.example.com) echo '{"Username":"<token>","Secret":"t"}' ;;
    c.example.com) echo 'no secret for you: {"Secret":"leak"}' ;;
    *) echo 'credentials not found in native keychain'; exit 1 ;;
  esac`);
  const known = await config({ credsStore: 'test' });
  t.deepEqual(await registryLogin(known, 'a.example.com/app'), { username: 'ann', password: 's', serveraddress: 'a.example.com' });
  t.deepEqual(await registryLogin(known, 'b.example.com/app'), { identitytoken: 't', serveraddress: 'b.example.com' });
  t.is(await registryLogin(known, 'postgres:17'), undefined);
  const error = await t.throwsAsync(registryLogin(known, 'c.example.com/app'), { instanceOf: OperationError });
  t.false(error.message.includes('leak'), error.message);
  t.is(await registryLogin(await config({ credHelpers: { 'a.example.com': 'test' } }), 'd.example.com/app'), undefined);
});

serial('a helper that is not there is named', async (t) => {
  const error = await t.throwsAsync(registryLogin(await config({ credsStore: 'nowhere' }), 'postgres:17'), { instanceOf: OperationError });
  t.regex(error.message, /^docker-credential-nowhere, which Docker's config\.json names for logins, failed: .*ENOENT/);
});

serial("builds get the proxies that Docker's client would give them, and a config.json without sense has none", async (t) => {
  t.deepEqual(proxyArguments(await config({ proxies: { default: { httpProxy: 'http://proxy:3128', noProxy: 'localhost', ftpProxy: '' } } })), {
    http_proxy: 'http://proxy:3128', HTTP_PROXY: 'http://proxy:3128', no_proxy: 'localhost', NO_PROXY: 'localhost',
  });
  t.deepEqual(proxyArguments(await config({ proxies: 'none', auths: [] })), {});
  await rm(join(folder, 'config.json'));
  t.deepEqual(proxyArguments(await readDockerConfig(folder)), {});
});
