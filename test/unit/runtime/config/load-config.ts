import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { loadAssets } from '../../../../src/runtime/assets/assets.ts';
import { loadConfig, type LoadOptions } from '../../../../src/runtime/config/load-config.ts';
import type { Manager } from '../../../../src/runtime/config/schema/managers.ts';
import { keepManager } from '../../../../src/runtime/config/manager-choice.ts';
import { configSchema } from '../../../../src/runtime/config/schema/config.ts';
import { environmentKeys } from '../../../../src/runtime/config/schema/environment.ts';
import { ConfigError } from '../../../../src/runtime/errors.ts';

async function load(files: Record<string, string>, env: Record<string, string> = {}, project?: string) {
  const cwd = await mkdtemp(join(tmpdir(), 'haplat-config-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
    return await loadConfig({ cwd, env: { XDG_STATE_HOME: '/state', ...env }, project });
  } finally {
    await rm(cwd, { recursive: true });
  }
}

test('an absent haplat.yaml means the defaults', async (t) => {
  const { config, source, stateDirectory } = await load({});
  t.deepEqual(config, configSchema.parse({}));
  t.is(source, 'defaults');
  t.is(stateDirectory, '/state/haplat/haplat');
});

test('the file that init writes says what the defaults are', (t) => {
  const text = loadAssets().templates['init/haplat.yaml'];
  t.deepEqual(configSchema.parse(parse(text ?? '')), configSchema.parse({}));
});

test('every variable is named in the file that init writes', (t) => {
  const text = loadAssets().templates['init/haplat.yaml'] ?? '';
  t.deepEqual(Object.keys(environmentKeys).filter((name) => !text.includes(name)), []);
});

test('the environment wins over .env, .env over haplat.yaml, --project over all', async (t) => {
  const files = { 'haplat.yaml': 'project: a\nports: {http: 81, https: 444}', '.env': 'HAPLAT_HTTP_PORT=82\nHAPLAT_PROJECT=b\nOTHER=x' };
  const { config } = await load(files, { HAPLAT_HTTP_PORT: '83' }, 'c');
  t.is(config.ports.http, 83);
  t.is(config.ports.https, 444);
  t.is(config.project, 'c');
});

test('an empty variable is one that is not set: it hides nothing that .env or haplat.yaml says', async (t) => {
  const files = { 'haplat.yaml': 'ports: {http: 81}', '.env': 'HAPLAT_PROJECT=shop\nHAPLAT_HTTP_PORT=' };
  const { config } = await load(files, { HAPLAT_PROJECT: '' });
  t.is(config.project, 'shop');
  t.is(config.ports.http, 81);
});

test('--scale wins over the file, and is checked like it', async (t) => {
  const cwd = await mkdtemp(join(tmpdir(), 'haplat-config-'));
  const scaled = (replicas: LoadOptions['replicas']) => loadConfig({ cwd, env: { XDG_STATE_HOME: '/state' }, replicas });
  try {
    await writeFile(join(cwd, 'haplat.yaml'), 'app: {replicas: 3, logLevel: warn}\nworker: {replicas: 4}');
    const { config } = await scaled({ app: 5 });
    t.like(config, { app: { replicas: 5, logLevel: 'warn' }, worker: { replicas: 4 } });
    const error = await t.throwsAsync(scaled({ worker: 21 }), { instanceOf: ConfigError });
    t.regex(error.message, /^--scale: worker\.replicas: /);
  } finally {
    await rm(cwd, { recursive: true });
  }
});

test('paths are relative to the file that names them', async (t) => {
  const { config } = await load({ 'haplat.yaml': 'postgres: {passwordFile: secrets/pg}' });
  t.regex(config.postgres.passwordFile ?? '', /^\/.*haplat-config-[^/]+\/secrets\/pg$/);
});

test('a manager that up was given is known before the rest is judged', async (t) => {
  const cwd = await mkdtemp(join(tmpdir(), 'haplat-config-'));
  const loadIn = (env: Record<string, string> = {}, manager?: Manager) => loadConfig({ cwd, env, manager });
  try {
    await writeFile(join(cwd, 'haplat.yaml'), 'stateDirectory: state\nloadBalancers: {nodes: 5}');
    await t.throwsAsync(loadIn(), { instanceOf: ConfigError, message: /Keepalived runs two load balancers, not 5/ });
    t.like(await loadIn({}, 'pacemaker'), { chosenManager: 'pacemaker', config: { loadBalancers: { manager: 'pacemaker' } } });
    await keepManager(join(cwd, 'state'), 'pacemaker');
    const later = await loadIn();
    t.is(later.config.loadBalancers.manager, 'pacemaker');
    t.is(later.chosenManager, undefined);
    await t.throwsAsync(loadIn({ HAPLAT_LB_MANAGER: 'keepalived' }), { instanceOf: ConfigError, message: /Keepalived runs two/ });
    await t.throwsAsync(loadIn({ HAPLAT_PROJECT: 'Not One' }), { instanceOf: ConfigError, message: /HAPLAT_PROJECT: project: / });
  } finally {
    await rm(cwd, { recursive: true });
  }
});

const wrong: readonly [string, string, string, string][] = [
  ['an unknown key', 'netwrok: {}', 'haplat.yaml: netwrok: there is no such key', 'did you mean network?'],
  ['an unknown inner key', 'network: {vipp: 1}', 'haplat.yaml: network.vipp: there is no such key', 'did you mean network.vip?'],
  ['a wrong type', 'ports: {http: "eighty"}', 'haplat.yaml: ports.http: Invalid input: expected number, received string', 'correct ports.http'],
  ['an address that is none', 'network: {vip: 172.20.0}', 'haplat.yaml: network.vip: use an IPv4 address', 'correct network.vip'],
  ['a VIP outside its subnet', 'network: {vip: 10.0.0.9}', 'haplat.yaml: network.vip: 10.0.0.9 is outside network.subnet 172.20.0.0/16', 'use a free address of it'],
  ['a VIP that is a node\'s', 'network: {vip: 172.20.0.11}', 'haplat.yaml: network.vip: 172.20.0.11 is the address of keepalived_1', 'use a free address of it'],
  ['a VIP that is the gateway', 'network: {vip: 172.20.0.1}', 'haplat.yaml: network.vip: 172.20.0.1 is the address of the gateway', 'use a free address of it'],
  ['a VIP that is the broadcast address', 'network: {vip: 172.20.255.255}', 'haplat.yaml: network.vip: 172.20.255.255 is the network or broadcast address', 'use a free'],
  ['subnets that overlap', 'network: {appSubnet: 172.20.5.0/24}', 'haplat.yaml: network.appSubnet: 172.20.5.0/24 overlaps network.subnet 172.20.0.0/16', 'give each'],
  ['a subnet with host bits', 'network: {subnet: 172.20.0.7/16}', 'haplat.yaml: network.subnet: 172.20.0.7/16 has host bits set', 'write 172.20.0.0/16'],
  ['a subnet that is too small', 'network: {dataSubnet: 172.22.0.0/30}', 'haplat.yaml: network.dataSubnet: 172.22.0.0/30 is too small', 'use a /28 or larger'],
  ['two ports that are the same', 'ports: {http: 443}', 'haplat.yaml: ports.https: 443 is ports.http already', 'give each'],
  ['a certificate without its key', 'certificates: {certFile: a.crt}', 'haplat.yaml: certificates.keyFile: is missing', 'give both'],
  ['an interval that VRRP can\'t say', 'vrrp: {advertIntervalMs: 55}', 'haplat.yaml: vrrp.advertIntervalMs: 55 is not a multiple of 10', 'use a multiple of 10'],
  ['a project name that Docker would refuse', 'project: My Project', 'haplat.yaml: project: use lower-case letters', 'correct project'],
  ['YAML that is none', 'a: [1', 'haplat.yaml: ', 'correct the YAML'],
  ['a list in the place of keys', '- a', 'haplat.yaml: should be a map of keys', 'see "haplat init"'],
];
for (const [what, text, message, remedy] of wrong) {
  test(`${what} is refused with the key's path and the mend`, async (t) => {
    const error = await t.throwsAsync(load({ 'haplat.yaml': text }), { instanceOf: ConfigError });
    t.true(error.message.startsWith(message), error.message);
    t.true(error.remedy?.startsWith(remedy), error.remedy ?? '');
    t.false(error.message.includes('\n'));
  });
}

test('an error names the variable that set the value', async (t) => {
  const fromFile = await t.throwsAsync(load({ '.env': 'HAPLAT_HTTP_PORT=99999' }), { instanceOf: ConfigError });
  t.true(fromFile.message.startsWith('.env: HAPLAT_HTTP_PORT: ports.http: '), fromFile.message);
  const fromEnvironment = await t.throwsAsync(load({}, { HAPLAT_HTTP_PORT: 'x' }), { instanceOf: ConfigError });
  t.true(fromEnvironment.message.startsWith('environment: HAPLAT_HTTP_PORT: '), fromEnvironment.message);
});

test('a misspelt variable in .env is refused', async (t) => {
  const error = await t.throwsAsync(load({ '.env': 'HAPLAT_HTP_PORT=80' }), { instanceOf: ConfigError });
  t.is(error.message, '.env: HAPLAT_HTP_PORT: there is no such variable');
  t.is(error.remedy, 'did you mean HAPLAT_HTTP_PORT?');
});

test('all problems are reported at once', async (t) => {
  const error = await t.throwsAsync(load({ 'haplat.yaml': 'foo: 1\nports: {http: 0}' }), { instanceOf: ConfigError });
  t.is(error.details.length, 1);
});

test('a file that was named must be there', async (t) => {
  const error = await t.throwsAsync(loadConfig({ file: 'nowhere.yaml', cwd: '/', env: {} }), { instanceOf: ConfigError });
  t.is(error.message, '/nowhere.yaml: there is no such file');
});

test('a .env that an editor on Windows wrote is read like any other', async (t) => {
  t.is((await load({ '.env': '\uFEFFHAPLAT_PROJECT=shop\r\n' })).config.project, 'shop');
});

for (const [text, message] of [
  ['A=1\nHAPLAT_PROJECT: shop', '.env: line 2: HAPLAT_PROJECT is not set by what stands there'],
  ['set HAPLAT_PROJECT=shop', '.env: line 1: HAPLAT_PROJECT is not set by what stands there'],
  ['H\0A\0', '.env: is no UTF-8 text'],
] as const) {
  test(`a .env that says ${JSON.stringify(text)} is refused: another project would be acted on`, async (t) => {
    t.is((await t.throwsAsync(load({ '.env': text }), { instanceOf: ConfigError })).message, message);
  });
}

test('~ is the home directory, as in a shell', async (t) => {
  const { config, stateDirectory } = await load({ 'haplat.yaml': 'stateDirectory: ~/here\npostgres: {passwordFile: ~/password}' });
  t.is(stateDirectory, join(homedir(), 'here'));
  t.is(config.postgres.passwordFile, join(homedir(), 'password'));
});

test('the Engine\'s socket may be written as DOCKER_HOST has it, and a path that is not whole is refused', async (t) => {
  t.is((await load({ 'haplat.yaml': 'engine: {socketPath: "unix:///run/docker.sock"}' })).config.engine.socketPath, '/run/docker.sock');
  const error = await t.throwsAsync(load({ 'haplat.yaml': 'engine: {socketPath: run/docker.sock}' }), { instanceOf: ConfigError });
  t.regex(error.message, /^haplat\.yaml: engine\.socketPath: use the whole path/);
});

test('a section that is no map is refused, also where a variable or a flag sets a key in it', async (t) => {
  const error = await t.throwsAsync(load({ 'haplat.yaml': 'ports: foo' }, { HAPLAT_HTTP_PORT: '81' }), { instanceOf: ConfigError });
  t.regex(error.message, /^haplat\.yaml: ports: /);
});
