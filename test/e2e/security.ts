import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { request, statusOfPost } from './_http.ts';
import { docker, Platform } from './_platform.ts';

const serial = test.serial;
let platform: Platform;

/** What each may do beyond nothing; who is not here may nothing. */
const capabilities: Readonly<Record<string, readonly string[]>> = {
  keepalived: ['NET_ADMIN', 'NET_RAW'],
  edge: ['NET_ADMIN'],
  db: ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETUID'],
  rabbitmq: ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETUID'],
  netdata: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'],
};

test.before(async () => {
  platform = await Platform.create({ project: 'e2e-sec', number: 30 });
  await platform.mustRun('up', '-q');
});
test.after.always(async () => {
  await platform.dispose();
});

serial('no container is privileged, has more capabilities than it needs, or holds a secret in its definition', async (t) => {
  const secrets = await Promise.all(['db-password', 'broker-password', 'db-monitor-password', 'broker-monitor-password'].map((name) => readFile(`${platform.stateDirectory}/secrets/${name}`, 'utf8')));
  for (const { name: service } of (await platform.status()).services) {
    const text = await docker('inspect', platform.container(service));
    const [definition] = JSON.parse(text) as [
      { Image: string; HostConfig: { Privileged: boolean; CapDrop: string[]; CapAdd: string[] | null; SecurityOpt: string[] }; Mounts: { Source: string }[] },
    ];
    t.false(definition.HostConfig.Privileged, service);
    t.deepEqual(definition.HostConfig.CapDrop, ['ALL'], service);
    const added = (definition.HostConfig.CapAdd ?? []).map((one) => one.replace('CAP_', '')).sort();
    t.deepEqual(added, [...(capabilities[service.replace(/_\d+$/, '')] ?? [])], service);
    t.true(definition.HostConfig.SecurityOpt.includes('no-new-privileges:true'), service);
    t.is(definition.Mounts.some((mount) => mount.Source.endsWith('docker.sock')), service.startsWith('engine-proxy'), service);
    const image = `${await docker('history', '--no-trunc', definition.Image)}${await docker('inspect', definition.Image)}`;
    for (const secret of secrets) t.false(text.includes(secret.trim()) || image.includes(secret.trim()), service);
  }
});

serial('who gets the application\'s account has its database, not the server; the one that has it all lets nobody in from outside', async (t) => {
  const psql = (...args: string[]) => docker('exec', '-u', 'postgres', platform.container('db'), 'psql', '-w', '-tA', ...args);
  t.is(await psql('-c', 'SELECT rolname FROM pg_roles WHERE rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls'), 'postgres');
  t.is(await psql('-c', "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'haplat'"), 'haplat');
  await t.throwsAsync(psql('-U', 'haplat', '-c', "COPY (SELECT 1) TO PROGRAM 'true'"), { message: /permission denied to COPY to or from an external program/ });
  const { addresses } = (await platform.engine.listContainers({ project: platform.project })).find(({ name }) => name === platform.container('db')) ?? t.fail();
  const outside = Object.values(addresses)[0] ?? t.fail();
  await t.throwsAsync(psql('-h', outside, '-c', 'SELECT 1'), { message: /no password supplied/ });
});

/** Of every process in a container, as the host sees them. */
async function environmentsIn(containerId: string): Promise<string[]> {
  const read = async (pid: string) => {
    const isInside = (await readFile(`/proc/${pid}/cgroup`, 'utf8')).includes(containerId);
    return isInside ? [await readFile(`/proc/${pid}/environ`, 'utf8')] : [];
  };
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  // One that has ended meanwhile has none.
  return (await Promise.all(pids.map((pid) => read(pid).catch(() => [])))).flat();
}

serial('no process has a secret in its environment', async (t) => {
  const secrets = await Promise.all((await readdir(`${platform.stateDirectory}/secrets`)).map((name) => readFile(`${platform.stateDirectory}/secrets/${name}`, 'utf8')));
  t.true(secrets.length >= 4);
  for (const container of await platform.engine.listContainers({ project: platform.project })) {
    const environments = await environmentsIn(container.id);
    t.true(environments.length > 0, container.name);
    for (const secret of secrets) t.false(environments.some((text) => text.includes(secret.trim())), container.name);
  }
});

serial('tiers are internal networks, and the dashboards listen on the loopback address', async (t) => {
  const networks = await platform.engine.listNetworks({ project: platform.project });
  t.deepEqual(Object.fromEntries(networks.map((one) => [one.name.replace(`${platform.project}-`, ''), one.internal])), { app: true, control: true, data: true, public: false });
  for (const [service, port] of [['edge', platform.ports.dashboard], ['netdata', platform.ports.netdata]] as const) {
    const ports = await docker('port', platform.container(service));
    const line = ports.split('\n').find((one) => one.endsWith(`:${port}`));
    t.regex(line ?? '', /-> 127\.0\.0\.1:/, service);
  }
  const routers = await request(`http://localhost:${platform.ports.dashboard}/api/http/routers`);
  t.regex(routers.text, /"name":"app-\d+@docker"/);
});

serial('the database is reached by the application, and not from the tiers before it', async (t) => {
  const address = (await platform.engine.inspectContainer(platform.container('db')))?.addresses[`${platform.project}-data`] ?? '';
  const reaches = async (service: string) => {
    const command = ['timeout', '2', 'bash', '-c', `exec 3<>/dev/tcp/${address}/5432`];
    return (await platform.engine.exec(platform.container(service), command, { timeoutMs: 10_000 })).exitCode === 0;
  };
  t.deepEqual(
    { app_1: await reaches('app_1'), worker_1: await reaches('worker_1'), edge: await reaches('edge'), keepalived_1: await reaches('keepalived_1') },
    { app_1: true, worker_1: true, edge: false, keepalived_1: false },
  );
});

serial('who reads the Engine through the proxy is told of what Traefik may route and of nothing else, whoever they say they are', async (t) => {
  const script = String.raw`exec 3<>/dev/tcp/engine-proxy/2375 && printf 'GET %s HTTP/1.0\r\nUser-Agent: test\r\n\r\n' "$0" >&3 && timeout "$1" cat <&3; true`;
  const inside = (service: string, command: string[]) => platform.engine.exec(platform.container(service), command, { timeoutMs: 10_000 });
  const told = async (path: string, seconds = 5) => (await inside('keepalived_1', ['bash', '-c', script, path, String(seconds)])).stdout;
  const listed = await told('/containers/json?all=1');
  const all = JSON.parse(listed.slice(listed.indexOf('['))) as { Id: string; Names: string[] }[];
  t.deepEqual(all.flatMap(({ Names }) => Names).sort(), [`/${platform.container('app_1')}`, `/${platform.container('app_2')}`]);
  t.regex(await told(`/containers/${all[0]?.Id ?? ''}/json`), /^HTTP\/1\.[01] 200 /);
  for (const path of [`/containers/${platform.container('db')}/json`, `/containers/${all[0]?.Id.slice(0, 12) ?? ''}/json`]) t.regex(await told(path), /^HTTP\/1\.[01] 403 /);
  // Whatever is run in a container is an event of its own.
  const [events] = await Promise.all([told('/events', 3), inside('db', ['sleep', '1']).then(() => inside('app_1', ['true']))]);
  t.regex(events, /exec_start: true/);
  t.false(events.includes(platform.container('db')));
  t.regex(await told('/events', 1), /exec_start: true/, 'who has read the list, and asks for events only then, has missed none');
});

serial('who heals may start a container as it is, and give it no rights', async (t) => {
  const folder = (await docker('volume', 'inspect', '--format', '{{.Mountpoint}}', platform.container('control'))).trim();
  const start = (version: string, query: string, body: string) => statusOfPost(join(folder, 'engine-proxy_1.sock'), `${version}/containers/${platform.container('netdata')}/start${query}`, body);
  const rights = JSON.stringify({ Privileged: true, Binds: ['/:/host'] });
  // An Engine that knows this version would take them, for a container that does not run.
  t.is(await start('/v1.23', '', rights), 400);
  t.is(await start('', '?checkpoint=somebodys', ''), 403);
  t.true([204, 304].includes((await start('/v1.41', '', '')) ?? 0));
});
