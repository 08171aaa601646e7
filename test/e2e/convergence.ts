import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import type { StatusReport } from '../../src/runtime/status/report.ts';
import { docker, eventually, outcomeOf, Platform } from './_platform.ts';

const serial = test.serial;
let platform: Platform;

test.before(async () => {
  platform = await Platform.create({ project: 'e2e-conv', number: 5 });
});
test.afterEach.always(async () => {
  // What a test that failed has configured must not be what the next one begins with.
  await platform.configure('');
});
test.after.always(async () => {
  await platform.dispose();
});

/** Resolves when the running program has told of so many steps that are done, for 0 of anything at all; also when it ends before. */
function afterSteps(running: ReturnType<Platform['start']>, count: number): Promise<void> {
  const decoder = new TextDecoder();
  let said = '';
  return new Promise((resolve) => {
    running.stderr.on('data', (chunk: Buffer) => {
      said += decoder.decode(chunk, { stream: true });
      if ((said.match(/^✔ .*\n/gm) ?? []).length >= count) resolve();
    });
    running.stderr.on('end', resolve);
  });
}

interface UpDocument {
  readonly changed: boolean;
  readonly operations: readonly { readonly id: string }[];
}

/** What runs, and since when. The rest that `status` says of services, roles and notes for instance, changes by itself. */
const livesIn = ({ services }: StatusReport) => services.map(({ name, image, startedAt }) => ({ name, image, startedAt }));

/** `up` ends well, everything is there once and serves, and nothing is left to do. */
async function converges(t: ExecutionContext): Promise<void> {
  await platform.mustRun('up');
  const report = await platform.untilHealthy(60_000);
  t.is(report.vip.holders.length, 1);
  const names = (await platform.engine.listContainers({ project: platform.project })).map((one) => one.name);
  t.deepEqual(names.sort(), report.services.map((one) => platform.container(one.name)).sort());
  t.is((await platform.https('/items')).status, 200);
  t.like(await platform.json<UpDocument>('up'), { changed: false, operations: [] });
}

for (const steps of [0, 3, 8, 13]) {
  serial(`up that is killed after ${steps} steps goes on where it was`, async (t) => {
    await platform.clear();
    const running = platform.start(['up']);
    await afterSteps(running, steps);
    running.kill('SIGKILL');
    t.is((await running).signal, 'SIGKILL');
    await converges(t);
  });
}

serial('up that is killed while it replaces containers goes on where it was', async (t) => {
  await platform.configure('app: {logLevel: debug}\nworker: {prefetch: 3}');
  const running = platform.start(['up']);
  // One of four replicas is in place by then. Those of a kind are replaced one after the other.
  await afterSteps(running, 1);
  running.kill('SIGKILL');
  t.is((await running).signal, 'SIGKILL');
  await converges(t);
});

serial('down that is killed goes on where it was, and leaves nothing', async (t) => {
  const running = platform.start(['down', '--volumes', '--yes']);
  await afterSteps(running, 2);
  running.kill('SIGKILL');
  t.is((await running).signal, 'SIGKILL');
  await platform.mustRun('down', '--volumes', '--yes');
  const { project, engine } = platform;
  t.deepEqual(await Promise.all([engine.listContainers({ project }), engine.listNetworks({ project }), engine.listVolumes({ project })]), [[], [], []]);
});

serial('Ctrl-C ends up with 130, and the next one goes on', async (t) => {
  await platform.clear([]);
  const running = platform.start(['up']);
  await afterSteps(running, 2);
  running.kill('SIGINT');
  const { exitCode, stderr } = outcomeOf(await running);
  t.is(exitCode, 130);
  t.regex(stderr, /^error: interrupted\n {2}→ run the same command again/m);
  t.is((await platform.run('status')).exitCode, 1);
  await converges(t);
});

serial('Ctrl-C in the middle of a replacement leaves nobody away', async (t) => {
  const running = platform.start(['up', '--renew', 'db']);
  const database = () => platform.engine.inspectContainer(platform.container('db'));
  const before = await database();
  await eventually('the database to be away', 60_000, async () => ((await database())?.state === 'running' ? undefined : true));
  running.kill('SIGINT');
  t.is(outcomeOf(await running).exitCode, 130);
  const after = await database();
  t.is(after?.state, 'running');
  t.not(after?.id, before?.id);
  await converges(t);
});

serial('other passwords, also where the state directory was lost, are made those of the data', async (t) => {
  const created = await platform.https('/items', { method: 'POST', body: { name: 'of before' } });
  const { id } = JSON.parse(created.text) as { readonly id: string };
  await writeFile(join(platform.stateDirectory, 'secrets/db-password'), 'it\'s "another" \\ password\n');
  await Promise.all(['db-monitor-password', 'broker-password'].map((name) => rm(join(platform.stateDirectory, 'secrets', name))));
  await converges(t);
  t.regex((await platform.https(`/items/${id}`)).text, /"of before"/);
  const { stdout } = await platform.mustRun('logs', 'db', '--tail', '1000');
  t.regex(stdout, /set-accounts: the roles have the passwords of the files/);
  t.notRegex(stdout, /another/);
  // A server that was killed comes back with them, and has nothing more to do.
  await docker('kill', platform.container('db'));
  await platform.untilHealthy(60_000);
  t.is((await platform.mustRun('logs', 'db', '--tail', '1000')).stdout.split('set-accounts:').length, 2);
  t.is((await platform.https(`/items/${id}`)).status, 200);
});

serial('data of an older version, whose application is the superuser, gives it an account of its own', async (t) => {
  const created = await platform.https('/items', { method: 'POST', body: { name: 'of the older version' } });
  const { id } = JSON.parse(created.text) as { readonly id: string };
  const psql = (...args: string[]) => docker('exec', '-u', 'postgres', platform.container('db'), 'psql', '-tA', '-v', 'ON_ERROR_STOP=1', ...args);
  // What initdb had made then, made once more: nobody can rename or remove himself.
  await psql('-c', 'CREATE ROLE between LOGIN SUPERUSER');
  await psql('-U', 'between', '-d', 'haplat', '-c', 'REASSIGN OWNED BY haplat TO between; ALTER DATABASE haplat OWNER TO postgres; DROP OWNED BY haplat; DROP ROLE haplat; ALTER ROLE postgres RENAME TO haplat');
  const tables = (await psql('-U', 'haplat', '-c', "SELECT oid::regclass FROM pg_class WHERE relowner = 'between'::regrole AND relkind = 'r'")).split('\n');
  await psql('-U', 'haplat', ...tables.flatMap((table) => ['-c', `ALTER TABLE ${table} OWNER TO haplat`]), '-c', 'DROP ROLE between', '-c', 'CREATE VIEW own AS SELECT 1', '-c', "CREATE TYPE mood AS ENUM ('good')", '-c', 'CREATE EXTENSION pg_trgm');
  await docker('exec', platform.container('db'), 'rm', '/var/lib/postgresql/data/haplat.accounts');

  await platform.mustRun('up', '--renew', 'db');
  await converges(t);
  t.regex((await platform.https(`/items/${id}`)).text, /"of the older version"/);
  t.is(await psql('-c', 'SELECT rolname FROM pg_roles WHERE rolsuper'), 'postgres');
  t.is(await psql('-d', 'haplat', '-c', "SELECT DISTINCT relowner::regrole FROM pg_class WHERE relnamespace = 'public'::regnamespace UNION SELECT typowner::regrole FROM pg_type WHERE typname = 'mood'"), 'haplat');
});

serial('who did not bring the platform up changes nothing about it, until its files are no more', async (t) => {
  const elsewhere = `${platform.stateDirectory}-elsewhere`;
  const asAnother = async (...args: string[]) => outcomeOf(await platform.start(args, { env: { HAPLAT_STATE_DIRECTORY: elsewhere } }));
  t.teardown(() => rm(elsewhere, { recursive: true, force: true }));
  for (const command of ['up', 'plan', 'heal', 'certs', 'certs rotate', 'failover --kill app_1']) {
    const { exitCode, stderr } = await asAnother(...command.split(' '));
    t.is(exitCode, 2, `${command}: ${stderr}`);
    t.regex(stderr, /stateDirectory: project e2e-conv runs with the files in .*, and not with those in .*-elsewhere\n.*run haplat as the user/s);
  }
  t.false(existsSync(elsewhere));
  await platform.untilHealthy(60_000);
  const status = await asAnother('status');
  t.is(status.exitCode, 0);
  t.regex(status.stdout, /its files are in .*, which is not this stateDirectory/);

  await rename(platform.stateDirectory, elsewhere);
  try {
    t.is((await asAnother('plan')).exitCode, 0);
  } finally {
    await rename(elsewhere, platform.stateDirectory);
  }
  await converges(t);
});

serial('load balancers that see another folder by the name of the state directory serve an old certificate, until up', async (t) => {
  const folder = join(platform.stateDirectory, 'tls');
  await rename(folder, `${folder}-old`);
  await execa('cp', ['-a', `${folder}-old`, folder]);
  await platform.untilHealthy(60_000);
  const rotated = await platform.run('certs', 'rotate');
  t.is(rotated.exitCode, 1);
  t.regex(rotated.stderr, /^error: traefik_1 and traefik_2 serve another certificate than the one in use, still after/m);
  t.deepEqual((await platform.status()).problems.filter((one) => one.startsWith('traefik')), [
    'traefik_1 serves another certificate than the one in use ("haplat up" mends that)',
    'traefik_2 serves another certificate than the one in use ("haplat up" mends that)',
  ]);
  await converges(t);
  await platform.mustRun('certs', 'rotate');
});

serial('a load balancer that has not heard of a replica is told of, and replaced by up', async (t) => {
  const network = `${platform.project}-app`;
  const replica = platform.container('app_2');
  const address = (await platform.engine.inspectContainer(replica))?.addresses[network] ?? '';
  // Nobody hears of what the Engine has to tell, and the replica gets another address.
  await docker('kill', ...['engine-proxy_1', 'engine-proxy_2'].map((service) => platform.container(service)));
  await docker('network', 'disconnect', network, replica);
  await docker('network', 'connect', '--ip', address.replace(/\d+$/, '200'), '--alias', 'app_2', network, replica);
  await platform.untilProblem(/^traefik_1 has not heard of app_2, and sends it no requests/);
  t.regex((await platform.run('plan')).stdout, /traefik_1.*has not heard of app_2/);
  await converges(t);
});

serial('containers whose files somebody has removed are made anew, those that run as well', async (t) => {
  const idOf = async (service: string) => (await platform.engine.inspectContainer(platform.container(service)))?.id;
  const before = await Promise.all(['app_1', 'worker_1', 'app_2'].map(idOf));
  for (const service of ['app_1', 'worker_1']) await rm(join(platform.stateDirectory, 'files', service), { recursive: true });
  await docker('kill', platform.container('app_1'));
  await platform.mustRun('up', '-q');
  await platform.untilHealthy(60_000);
  const now = await Promise.all(['app_1', 'worker_1', 'app_2'].map(idOf));
  t.deepEqual(now.map((id, index) => id === before[index]), [false, false, true]);
});

serial('a network that was removed while all was stopped is made anew, with the containers that had it', async (t) => {
  await platform.mustRun('up', '-q');
  // Or they would start the others again.
  await platform.stopGuardians();
  const containers = await platform.engine.listContainers({ project: platform.project });
  for (const { name } of containers) await platform.engine.killContainer(name).catch(() => undefined);
  await eventually('all to be stopped', 60_000, async () => ((await platform.engine.listContainers({ project: platform.project })).every(({ state }) => state === 'exited') ? true : undefined));
  await platform.engine.removeNetwork(`${platform.project}-data`);
  await platform.mustRun('up', '-q');
  t.true((await platform.untilHealthy(60_000)).healthy);
});

serial('a volume that somebody else has made is not taken for the platform\'s', async (t) => {
  const project = `${platform.project}-x`;
  await docker('volume', 'create', '--label', 'io.haplat.test=e2e-converge', `${project}-db_data`);
  try {
    const outcome = await platform.run('-p', project, 'plan');
    t.is(outcome.exitCode, 2);
    t.regex(outcome.stderr, new RegExp(`the volume name ${project}-db_data is taken by one that haplat did not make`));
  } finally {
    await docker('volume', 'rm', `${project}-db_data`);
  }
});

serial('a container that somebody has renamed is replaced under its own name', async (t) => {
  await docker('rename', platform.container('app_1'), 'e2e-conv-renamed');
  await converges(t);
});

serial('a published port that leads nowhere any more is a problem, and the next up publishes it anew', async (t) => {
  const edge = platform.container('edge');
  const rules = await docker('exec', edge, 'nft', '-a', 'list', 'chain', 'ip', 'haplat', 'prerouting');
  const handle = /tcp dport 443 .*# handle (?<number>\d+)/.exec(rules)?.groups?.['number'] ?? '';
  await docker('exec', edge, 'nft', 'delete', 'rule', 'ip', 'haplat', 'prerouting', 'handle', handle);
  const { healthy, services, problems } = await platform.status();
  t.false(healthy);
  t.is(services.find(({ name }) => name === 'edge')?.health, 'healthy');
  t.regex(problems.join(), /^clients get no answer of the API at https:\/\/localhost:\d+ \(.+\), but they do at https:\/\/172\.28\.5\.100: "haplat up" /);
  t.regex((await platform.run('plan')).stdout, /edge .* nobody answers at its published ports/);
  await converges(t);
});

serial('of two ups at once the second waits, and both end well', async (t) => {
  await platform.clear([]);
  const both = await Promise.all([platform.run('up', '--json'), platform.run('up', '--json')]);
  t.deepEqual(both.map((one) => one.exitCode), [0, 0]);
  t.is(both.filter((one) => one.stderr.includes('is at work on project e2e-conv')).length, 1);
  const made = both.flatMap((one) => (JSON.parse(one.stdout) as UpDocument).operations.map(({ id }) => id));
  t.deepEqual(made.toSorted(), [...new Set(made)].sort(), 'something was made twice');
  await converges(t);
});

serial('a container that never gets healthy is named with its last lines, and the rest is left as it is', async (t) => {
  const before = await platform.status();
  await docker('tag', 'debian:trixie-slim', 'e2e-conv/broken:1');
  t.teardown(() => docker('rmi', '-f', 'e2e-conv/broken:1'));
  await platform.configure('netdata: {image: "e2e-conv/broken:1"}\ntimeouts: {healthyMs: 8000}');
  const { exitCode, stderr } = await platform.run('up');
  t.is(exitCode, 1);
  t.regex(stderr, /^error: e2e-conv-netdata did not get healthy within 8 s/m);
  t.regex(stderr, /^ {2}e2e-conv-netdata \| /m);
  const report = await eventually('all others to be healthy', 60_000, async () => {
    const status = await platform.status();
    const ill = status.services.filter((one) => one.health !== 'healthy').map((one) => one.name).join();
    return ill === 'netdata' ? status : new Error(ill);
  });
  const others = (all: StatusReport) => livesIn(all).filter(({ name }) => name !== 'netdata');
  t.deepEqual(others(report), others(before));
  await platform.configure('');
  await converges(t);
});

serial('an image that can\'t read the data is exit 1, and the database serves on', async (t) => {
  const other = 'e2e-conv/postgres:16';
  await docker('commit', '--pause=false', '--change', 'ENV PG_MAJOR=16', platform.container('db'), other);
  t.teardown(() => docker('rmi', other));
  await platform.configure(`postgres: {image: "${other}"}`);
  const before = await platform.status();
  const { exitCode, stderr } = await platform.run('up');
  t.is(exitCode, 1);
  t.regex(stderr, /^error: e2e-conv\/postgres:16 is PostgreSQL 16, and can't read the data of PostgreSQL 17 that is there\n {2}→ /m);
  await platform.configure('');
  t.deepEqual(livesIn(await platform.status()), livesIn(before), 'something was touched');
});

serial('before another image takes over the broker\'s data, the old one enables the feature flags that the new one may need', async (t) => {
  const other = 'e2e-conv/rabbitmq:old';
  const flags = () => docker('exec', platform.container('rabbitmq'), 'rabbitmqctl', '--quiet', 'list_feature_flags', 'name', 'state');
  // As one is that came from an older version: a broker with new data has all of them.
  const created = await docker('create', '--label', `io.haplat.test=${platform.project}`, 'rabbitmq:4-management');
  await docker('commit', '--change', 'ENV RABBITMQ_FEATURE_FLAGS=stream_queue', created.trim(), other);
  await docker('rm', '-v', created.trim());
  t.teardown(() => docker('rmi', other));
  await platform.clear();
  await platform.configure(`rabbitmq: {image: "${other}"}`);
  await platform.mustRun('up');
  t.regex(await flags(), /^rabbitmq_4\.0\.0\tdisabled$/m);
  await platform.configure('');
  await platform.mustRun('up');
  t.regex(await flags(), /^rabbitmq_4\.0\.0\tenabled$/m);
});

serial('an image that can\'t be had is exit 1, with what to do', async (t) => {
  await platform.configure('netdata: {image: "localhost:1/nowhere:1"}');
  const before = await platform.status();
  const { exitCode, stderr } = await platform.run('up');
  t.is(exitCode, 1);
  t.regex(stderr, /^error: the image localhost:1\/nowhere:1 is not on the Engine and can't be pulled: .*\n {2}→ /m);
  await platform.configure('');
  t.deepEqual(livesIn(await platform.status()), livesIn(before), 'something was touched');
});

/** Of the user `ci` with the password `pull-me`, as htpasswd -B writes it. */
const htpasswd = 'ci:$2y$05$abcdefghijklmnopqrstuuBp.n58v886n7kD7.z9i0nzqxtQ8I2P.';

serial('an image that the Engine does not have is pulled from its registry, with the login that Docker keeps', async (t) => {
  const registry = 'e2e-conv-registry';
  const reference = 'localhost:25555/haproxy:3.0';
  const dockerConfig = join(platform.folder, 'docker-config');
  await mkdir(dockerConfig);
  await writeFile(join(dockerConfig, 'htpasswd'), `${htpasswd}\n`);
  await docker('rm', '-f', '-v', registry);
  const asks = ['REGISTRY_AUTH=htpasswd', 'REGISTRY_AUTH_HTPASSWD_REALM=test', 'REGISTRY_AUTH_HTPASSWD_PATH=/auth/htpasswd'].flatMap((one) => ['-e', one]);
  await docker('run', '-d', '--name', registry, '--label', `io.haplat.test=${platform.project}`, '-p', '127.0.0.1:25555:5000', '-v', `${dockerConfig}:/auth:ro`, ...asks, 'registry:2');
  try {
    await docker('tag', 'haproxy:3.0', reference);
    const auths = { 'localhost:25555': { auth: Buffer.from('ci:pull-me').toString('base64') } };
    await writeFile(join(dockerConfig, 'config.json'), JSON.stringify({ auths }));
    await eventually('the registry to take the image', 30_000, async () => docker('--config', dockerConfig, 'push', '-q', reference));
    await docker('rmi', reference);
    await platform.configure(`engineProxy: {image: "${reference}"}`);
    const stranger = await platform.run('up');
    t.is(stranger.exitCode, 1);
    t.regex(stranger.stderr, /^error: the image localhost:25555\/haproxy:3\.0 is not on the Engine and can't be pulled: .*(?:auth|credentials|denied)/m);
    const { stderr, exitCode } = outcomeOf(await platform.start(['up'], { env: { DOCKER_CONFIG: dockerConfig } }));
    t.is(exitCode, 0, stderr);
    t.regex(stderr, /localhost:25555\/haproxy:3\.0: image present/);
    t.is((await platform.engine.inspectContainer(platform.container('engine-proxy_1')))?.image, reference);
  } finally {
    await platform.configure('');
    await platform.mustRun('up', '-q');
    await docker('rmi', '-f', reference).catch(() => undefined);
    await docker('rm', '-f', '-v', registry);
  }
});

serial('the virtual address is given to no stranger, even to one that asks for it', async (t) => {
  const asking = docker('run', '--rm', '--network', platform.container('public'), '--ip', platform.vip, 'debian:trixie-slim', 'true');
  const { message } = await t.throwsAsync(asking);
  t.regex(message, /Address already in use/);
});

serial('a network that a stranger is on is not replaced, and down says who it is', async (t) => {
  const [network, guest] = [platform.container('app'), 'e2e-conv-guest'];
  await docker('run', '-d', '--name', guest, '--label', `io.haplat.test=${platform.project}`, '--network', network, 'debian:trixie-slim', 'sleep', '300');
  t.teardown(() => docker('rm', '-f', guest));
  const before = await platform.status();
  await platform.configureNetwork({ appSubnet: '172.29.250.0/24' });
  const up = await platform.run('up');
  t.is(up.exitCode, 2);
  t.regex(up.stderr, /^error: the network e2e-conv-app has to be replaced \(its subnet is .*\), and e2e-conv-guest, not of this platform, is on it\n {2}→ /m);
  await platform.configure('');
  t.deepEqual(livesIn(await platform.status()), livesIn(before), 'something was touched');
  const down = await platform.run('down');
  t.is(down.exitCode, 1);
  t.regex(down.stderr, /^error: the network e2e-conv-app can't be removed while e2e-conv-guest is on it\n {2}→ /m);
  await docker('rm', '-f', guest);
  await converges(t);
});

serial('a second project lives beside the first', async (t) => {
  const other = await Platform.create({ project: 'e2e-conv2', number: 6 });
  try {
    await other.mustRun('up', '-q');
    await other.untilHealthy(60_000);
    await platform.untilHealthy(60_000);
    const item = await other.https('/items', { method: 'POST', body: { name: 'only here' } });
    t.is(item.status, 201);
    t.false((await platform.https('/items?limit=100')).text.includes('only here'));
    await other.mustRun('down', '--volumes', '--yes', '-q');
    t.true((await platform.untilHealthy(60_000)).healthy);
  } finally {
    await other.dispose();
  }
});
