import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { dockerOptions, findEndpoint } from '../../../../src/runtime/engine/endpoint.ts';

let home = '';

test.beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'haplat-endpoint-'));
});
test.afterEach.always(async () => {
  await rm(home, { recursive: true, force: true });
});

const serial = test.serial;
const find = (env: Record<string, string> = {}, socketPath?: string) => findEndpoint({ env, homeDirectory: home, socketPath });
const socket = (path: string) => ({ kind: 'socket' as const, path });

async function use(context: string): Promise<void> {
  await mkdir(join(home, '.docker'), { recursive: true });
  await writeFile(join(home, '.docker/config.json'), JSON.stringify({ auths: {}, currentContext: context }));
}

async function make(context: string, host: string, pems: Readonly<Record<string, string>> = {}): Promise<void> {
  const digest = createHash('sha256').update(context).digest('hex');
  const [meta, tls] = [join(home, '.docker/contexts/meta', digest), join(home, '.docker/contexts/tls', digest, 'docker')];
  await Promise.all([meta, tls].map((folder) => mkdir(folder, { recursive: true })));
  await writeFile(join(meta, 'meta.json'), JSON.stringify({ Name: context, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } }));
  for (const [name, text] of Object.entries(pems)) await writeFile(join(tls, name), text);
}

serial('without anything said it is the usual socket', async (t) => {
  t.deepEqual(await find(), socket('/var/run/docker.sock'));
  await use('default');
  t.deepEqual(await find(), socket('/var/run/docker.sock'));
});

serial('DOCKER_HOST goes before DOCKER_CONTEXT, that before a named socket, that before the context in use', async (t) => {
  await make('used', 'unix:///used.sock');
  await make('named', 'unix:///named.sock');
  await use('used');
  t.deepEqual(await find(), socket('/used.sock'));
  t.deepEqual(await find({}, '/configured.sock'), socket('/configured.sock'));
  t.deepEqual(await find({ DOCKER_CONTEXT: 'named' }, '/configured.sock'), socket('/named.sock'));
  t.deepEqual(await find({ DOCKER_CONTEXT: 'named', DOCKER_HOST: 'unix:///host.sock' }), socket('/host.sock'));
  t.like(await find({ DOCKER_HOST: 'tcp://10.0.0.1:2375' }, '/configured.sock'), { kind: 'tcp', host: { host: '10.0.0.1:2375' }, isTls: false });
  t.deepEqual(await find({ DOCKER_HOST: '' }), socket('/used.sock'));
  t.deepEqual(await find({ DOCKER_CONTEXT: 'default' }, '/configured.sock'), socket('/configured.sock'));
  t.deepEqual(await find({ DOCKER_CONTEXT: 'default' }), socket('/var/run/docker.sock'));
});

serial('an Engine elsewhere is reached by TLS where there are certificates for it, else by plain TCP', async (t) => {
  const pems = { 'ca.pem': 'ca', 'cert.pem': 'cert', 'key.pem': 'key' };
  await make('tls', 'tcp://10.0.0.1:2376', pems);
  await make('plain', 'tcp://10.0.0.2');
  const options = async (env: Record<string, string>) => dockerOptions(await find(env));
  const tls = { protocol: 'https', host: '10.0.0.1', port: '2376', ca: 'ca', cert: 'cert', key: 'key' };
  t.deepEqual(await options({ DOCKER_CONTEXT: 'tls' }), tls);
  t.deepEqual(await options({ DOCKER_CONTEXT: 'plain' }), { protocol: 'http', host: '10.0.0.2', port: 2375 });
  t.deepEqual(await options({ DOCKER_HOST: '10.0.0.3:2375' }), { protocol: 'http', host: '10.0.0.3', port: '2375' });
  t.deepEqual(await options({ DOCKER_HOST: 'https://10.0.0.3:443' }), { protocol: 'https', host: '10.0.0.3', port: '443' });
  const env = { DOCKER_HOST: 'tcp://10.0.0.1', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: join(home, 'certs') };
  await t.throwsAsync(find(env), { name: 'ConfigError', message: /^DOCKER_CERT_PATH: .*certs does not have ca\.pem, cert\.pem, key\.pem$/ });
  await mkdir(join(home, 'certs'));
  for (const [name, text] of Object.entries(pems)) await writeFile(join(home, 'certs', name), text);
  t.deepEqual(await options(env), { ...tls, port: 2376 });
});

serial('what is no address, and an Engine by SSH, are configuration errors', async (t) => {
  for (const host of ['tcp://', 'tcp://[::1', 'ftp://10.0.0.1', '::1']) {
    await t.throwsAsync(find({ DOCKER_HOST: host }), { name: 'ConfigError', message: `DOCKER_HOST: ${host} is no address of an Engine` }, host);
  }
  await t.throwsAsync(find({ DOCKER_HOST: 'ssh://me@far.example' }), { name: 'ConfigError', message: 'DOCKER_HOST: ssh://me@far.example: haplat does not reach an Engine by SSH' });
});

serial('a context that is not there or makes no sense is a configuration error', async (t) => {
  await t.throwsAsync(find({ DOCKER_CONTEXT: 'gone' }), { name: 'ConfigError', message: 'there is no Docker context gone' });
  await make('strange', 'fd://somewhere');
  await t.throwsAsync(find({ DOCKER_CONTEXT: 'strange' }), { name: 'ConfigError', message: 'Docker context strange: fd://somewhere is no address of an Engine' });
  await writeFile(join(home, '.docker/config.json'), 'currentContext: used');
  await t.throwsAsync(find(), { name: 'ConfigError', message: /config\.json is not what Docker writes there/ });
  t.deepEqual(await find({ DOCKER_HOST: 'unix:///host.sock' }), socket('/host.sock'));
});
