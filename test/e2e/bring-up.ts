import { connect } from 'node:tls';
import test from 'ava';
import { execa } from 'execa';
import { parse } from 'yaml';
import { engineByTcp, engineSocketAt } from './_engine-socket.ts';
import { readsDuring } from './_application.ts';
import { docker, eventually, outcomeOf, Platform, type Outcome } from './_platform.ts';
import { jsonOf, request } from './_http.ts';
import { statusSchema } from './_status-schema.ts';

const serial = test.serial;
let platform: Platform;
const services = [
  'app_1', 'app_2', 'db', 'edge', 'engine-proxy_1', 'engine-proxy_2', 'guardian_1', 'guardian_2', 'keepalived_1', 'keepalived_2', 'netdata', 'rabbitmq',
  'traefik_1', 'traefik_2', 'worker_1', 'worker_2',
];

test.before(async () => {
  platform = await Platform.create({ project: 'e2e-up', number: 1 });
});
test.afterEach.always(async (t) => {
  // A fault that a failed test would have ended itself must not be below the next one.
  if (!t.passed) await platform.endAll();
  if (!t.passed) for (const repair of await platform.repairs()) t.log(repair);
});
test.after.always(async () => {
  await platform.dispose();
});

serial('up makes everything from nothing and says where it is', async (t) => {
  const { stdout, stderr } = await platform.mustRun('up');
  t.regex(stdout, /The platform is up and healthy: 16 containers/);
  t.true(stdout.includes(`https://localhost:${platform.ports.https}`));
  t.regex(stderr, /✔ db: healthy/);
});

serial('status says who serves, who holds the address and what survives a loss', async (t) => {
  const report = await platform.untilHealthy(60_000);
  const { exitCode } = await platform.run('status');
  t.notThrows(() => statusSchema.parse(report));
  t.is(exitCode, 0);
  t.like(report, { schema: 'haplat.status/1', project: 'e2e-up', healthy: true, vip: { address: platform.vip } });
  t.is(report.vip.holders.length, 1);
  t.deepEqual(report.services.map((one) => one.name).sort(), services);
  t.deepEqual(report.redundancy.find((one) => one.layer === 'load-balancer'), { layer: 'load-balancer', nodes: 2, healthy: 2, survivesLossOfOne: true });
  t.is(report.certificates[0]?.daysLeft, 396);
});

serial('a second up does nothing and says so', async (t) => {
  const { stdout } = await platform.mustRun('up');
  t.regex(stdout, /^Nothing to do/);
  t.like(await platform.json('up'), { changed: false, operations: [] });
  t.is((await platform.run('plan', '--detailed-exitcode')).exitCode, 0);
});

serial('once all is well, the Engine hardly ever starts a health check', async (t) => {
  const windowS = 10;
  const started = await eventually('less than one start for two containers', 60_000, async () => {
    const since = Math.floor(Date.now() / 1000);
    const events = await docker(
      'events', '--since', String(since), '--until', String(since + windowS), '--filter', 'event=exec_create', '--format', '{{.Actor.Attributes.name}}',
    );
    const names = events.split('\n').filter((name) => name.startsWith(`${platform.project}-`));
    return names.length * 2 <= services.length ? names : new Error(`started in ${windowS} s: ${names.join(', ')}`);
  });
  t.log(`started in ${windowS} s: ${started.join(', ')}`);
  t.pass();
});

serial('an Engine that is reached by TCP is the same one, and nothing else is said', async (t) => {
  await using engine = await engineByTcp();
  const env = { DOCKER_HOST: engine.host };
  await platform.untilHealthy(60_000);
  const { exitCode, stderr } = outcomeOf(await platform.start(['status'], { env }));
  t.is(exitCode, 0, stderr);
  // A slow Engine has it say that it waits.
  t.deepEqual(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('… ')), []);
  const where = /^On the machine of the Engine:$/m;
  const up = await platform.start(['up'], { env });
  t.regex(up.stdout, /^Nothing to do/);
  t.regex(up.stdout, where);
  t.notRegex((await platform.mustRun('up')).stdout, where);
});

serial('who watches the status sees the Engine go and come back', async (t) => {
  const path = `${platform.folder}/watched.sock`;
  const engine = await engineSocketAt(path);
  const watching = platform.start(['status', '--watch', '--interval', '200ms'], { env: { DOCKER_HOST: `unix://${path}` } });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) watching[name].on('data', (chunk: Buffer) => { said[name] += chunk.toString(); });
  const tells = (name: keyof typeof said, text: string) => eventually(text, 60_000, () => Promise.resolve(said[name].includes(text) || new Error(said[name])));
  await tells('stdout', 'e2e-up: healthy');
  await engine[Symbol.asyncDispose]();
  await tells('stderr', 'error: the Docker Engine does not answer');
  said.stdout = '';
  await using back = await engineSocketAt(path);
  t.truthy(back);
  await tells('stdout', 'e2e-up: healthy');
  watching.kill('SIGINT');
  t.is((await watching).exitCode, 0);
});

serial('the application answers over HTTPS on localhost and on the virtual address, with a certificate for both', async (t) => {
  const ca = await platform.ca();
  for (const host of [`localhost:${platform.ports.https}`, `127.0.0.1:${platform.ports.https}`, platform.vip]) {
    const answer = await request(`https://${host}/items`, { ca });
    t.is(answer.status, 200, host);
  }
});

serial('HTTP redirects to HTTPS for good', async (t) => {
  const answer = await request(`http://localhost:${platform.ports.http}/items?limit=1`);
  t.true([301, 308].includes(answer.status), String(answer.status));
  t.is(answer.headers.location, `https://localhost:${platform.ports.https}/items?limit=1`);
});

serial('nothing older than TLS 1.2 is accepted', async (t) => {
  const outcome = await new Promise<string>((resolve) => {
    const socket = connect({ port: platform.ports.https, host: 'localhost', rejectUnauthorized: false, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }, () => {
      socket.destroy();
      resolve('accepted');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => { resolve(error.code ?? error.message); });
  });
  t.regex(outcome, /ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/);
});

serial('openssl accepts the chain that is served', async (t) => {
  const { stdout } = await execa('openssl', [
    's_client', '-connect', `localhost:${platform.ports.https}`, '-servername', 'localhost', '-verify_return_error', '-CAfile', `${platform.stateDirectory}/ca/ca.crt`,
  ], { input: '' });
  t.true(stdout.includes('Verify return code: 0 (ok)'));
});

serial('items are created, read, changed, listed and deleted', async (t) => {
  const created = await platform.https('/items', { method: 'POST', body: { name: 'first' } });
  t.is(created.status, 201);
  const location = created.headers.location ?? '';
  t.is(jsonOf(await platform.https(location))['name'], 'first');
  const changed = await platform.https(location, { method: 'PUT', body: { name: 'second' } });
  t.is(changed.status, 200, changed.text);
  t.is(jsonOf(await platform.https(location))['name'], 'second');
  t.true((await platform.https('/items')).text.includes('second'));
  t.is((await platform.https(location, { method: 'DELETE' })).status, 204);
  t.is((await platform.https(location)).status, 404);
});

serial('every error is problem JSON', async (t) => {
  const wrong = [
    await platform.https('/nowhere'),
    await platform.https('/items', { method: 'POST', body: '{"name":' }),
    await platform.https('/items', { method: 'POST', body: { name: 7 } }),
    await platform.https('/items/not-an-id'),
  ];
  t.deepEqual(wrong.map((answer) => answer.headers['content-type']?.split(';')[0]), Array(4).fill('application/problem+json'));
  t.deepEqual(wrong.map((answer) => jsonOf(answer)['status']), wrong.map((answer) => answer.status));
});

serial('a balancer logs what fails, and the API every request', async (t) => {
  const bad = '/logged-as-missing';
  t.is((await platform.https('/items?limit=7')).status, 200);
  t.is((await platform.https(bad)).status, 404);
  const logged = await eventually('the failure in a balancer\'s log', 60_000, async () => {
    const { stdout } = await platform.mustRun('logs', 'traefik');
    return stdout.includes(bad) ? stdout : new Error(stdout);
  });
  t.false(logged.includes('/items?limit=7'));
  t.true((await platform.mustRun('logs', 'app')).stdout.includes('"route":"/items","status":200'));
});

serial('a job is accepted, carried out by a worker once, and its item says so', async (t) => {
  const item = jsonOf(await platform.https('/items', { method: 'POST', body: { name: 'to be processed' } }));
  const accepted = await platform.https(`/items/${String(item['id'])}/process`, { method: 'POST' });
  t.is(accepted.status, 202);
  const job = await eventually('the job to be done', 60_000, async () => {
    const now = jsonOf(await platform.https(accepted.headers.location ?? ''));
    return now['state'] === 'done' ? now : new Error(JSON.stringify(now));
  });
  t.is(job['itemId'], item['id']);
  t.is(jsonOf(await platform.https(`/items/${String(item['id'])}`))['processedCount'], 1);
});

serial('a changed key replaces only what it affects', async (t) => {
  await platform.configure('worker: {prefetch: 3}');
  const plan = await platform.json<{ operations: { subject: string; cause: string }[] }>('plan');
  t.deepEqual([...new Set(plan.operations.map((one) => one.subject))].sort(), ['worker_1', 'worker_2']);
  t.true(plan.operations.every((one) => one.cause === 'config hash changed: environment'));
  t.is((await platform.run('plan', '--detailed-exitcode')).exitCode, 2);
  const before = await platform.status();
  await platform.mustRun('up');
  const after = await platform.status();
  const changed = after.services.filter((one) => before.services.find((old) => old.name === one.name)?.startedAt !== one.startedAt);
  t.deepEqual(changed.map((one) => one.name).sort(), ['worker_1', 'worker_2']);
});

serial('replicas are replaced one by one while every read succeeds', async (t) => {
  await platform.configure('app: {logLevel: debug}\nworker: {prefetch: 3}');
  const { succeeded, failed } = await readsDuring(platform, () => platform.mustRun('up'));
  t.deepEqual(failed, []);
  t.true(succeeded > 20, String(succeeded));
});

serial('Netdata shows each container by its name, and Traefik, PostgreSQL, RabbitMQ and the application', async (t) => {
  await eventually('the charts', 90_000, async () => {
    const { text } = await request(`http://localhost:${platform.ports.netdata}/api/v1/charts`);
    const missing = [...services.map((name) => platform.container(name)), 'traefik', 'postgres', 'rabbitmq', 'prometheus.queue_messages', 'prometheus_app_2', 'prometheus_worker_1'].filter((name) => !text.includes(name));
    return missing.length === 0 ? true : new Error(`no chart of ${missing.join(', ')}`);
  });
  t.pass();
});

serial('a rotated certificate is served without a restart and without a refused handshake', async (t) => {
  const before = (await platform.https('/healthz')).fingerprint;
  const startedAt = (await platform.status()).services.find((one) => one.name === 'traefik_1')?.startedAt;
  const stop = new AbortController();
  const failed: string[] = [];
  const shaking = (async () => {
    while (!stop.signal.aborted) await platform.https('/healthz').catch((error: unknown) => failed.push(String(error)));
  })();
  try {
    await platform.mustRun('certs', 'rotate');
    await eventually('the new certificate', 60_000, async () => ((await platform.https('/healthz')).fingerprint === before ? undefined : true));
  } finally {
    stop.abort();
    await shaking;
  }
  t.deepEqual(failed, []);
  t.is((await platform.status()).services.find((one) => one.name === 'traefik_1')?.startedAt, startedAt);
});

serial('export compose has the same containers', async (t) => {
  const { stdout } = await platform.mustRun('export', 'compose');
  const document = parse(stdout) as { name: string; services: Record<string, { container_name: string }> };
  t.is(document.name, 'e2e-up');
  t.deepEqual(Object.values(document.services).map((one) => one.container_name).sort(), services.map((name) => platform.container(name)));
});

serial('logs are prefixed with the container\'s name, and an unknown name is refused', async (t) => {
  const { stdout } = await platform.mustRun('logs', 'db', 'app_1', '-n', '5');
  t.deepEqual([...new Set(stdout.split('\n').map((line) => line.split(' ')[0]))].sort(), ['app_1', 'db']);
  const wrong = await platform.run('logs', 'nobody');
  t.is(wrong.exitCode, 2);
  t.regex(wrong.stderr, /^error: there is no container nobody\n {2}→ there are: /);
});

serial('up is no success while two nodes have the address', async (t) => {
  const nft = (rules: string) => docker('exec', `${platform.project}-keepalived_1`, 'nft', rules);
  // Also where there is none: the body ends it as well.
  const hear = () => nft('add table ip deaf; delete table ip deaf');
  t.teardown(hear);
  await nft('table ip deaf { chain in { type filter hook input priority 0; ip protocol 112 drop; }; chain out { type filter hook output priority 0; ip protocol 112 drop; }; }');
  await eventually('a split brain', 60_000, async () => {
    const { vip } = await platform.status();
    return vip.holders.length === 2 ? vip : new Error(vip.holders.join());
  });
  const split = await platform.run('up');
  t.is(split.exitCode, 1);
  t.regex(split.stderr, /^error: split brain: .* is held by keepalived_1 and keepalived_2, still so after .* s$/m);
  await hear();
  t.regex((await platform.mustRun('up')).stdout, /^Nothing to do/);
});

serial('logs are followed across a restart', async (t) => {
  const following = platform.start(['logs', 'app', '-f', '-n', '0']);
  let seen = '';
  following.stdout.on('data', (chunk: Buffer) => { seen += chunk.toString(); });
  // Both before, so that it is following by then.
  await eventually('lines of both replicas', 60_000, async () => {
    await platform.https('/items?limit=1');
    return ['app_1 | ', 'app_2 | '].every((prefix) => seen.includes(prefix)) ? seen : new Error(seen);
  });
  await platform.engine.restartContainer(`${platform.project}-app_1`, { graceMs: 5000 });
  await eventually('a line of the replica that was started again', 60_000, () => {
    const lines = seen.split('\n').filter((line) => line.startsWith('app_1 | '));
    return Promise.resolve(lines.findIndex((line) => line.includes('"msg":"listening"')) > 0 ? lines : new Error(seen));
  });
  following.kill('SIGINT');
  const { exitCode, stderr } = await following;
  t.is(exitCode, 0, stderr);
  t.is(new Set(seen.split('\n')).size, seen.split('\n').length, 'no line is there twice');
});

serial('down keeps the data, and up finds it again', async (t) => {
  const item = jsonOf(await platform.https('/items', { method: 'POST', body: { name: 'to be kept' } }));
  await platform.mustRun('down');
  t.deepEqual(await platform.engine.listContainers({ project: platform.project }), []);
  t.is((await platform.run('status')).exitCode, 1);
  await platform.mustRun('up');
  t.is(jsonOf(await platform.https(`/items/${String(item['id'])}`))['name'], 'to be kept');
});

serial('up is no success while the database refuses the password, and is one when it is given anew', async (t) => {
  await eventually('both replicas to have one', 60_000, async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => platform.https('/items')));
    return new Set(answers.map(({ headers }) => headers['x-served-by'])).size === 2 ? true : undefined;
  });
  const giveAnew = async () => {
    await docker('exec', platform.container('db'), 'rm', '-f', '/var/lib/postgresql/data/haplat.accounts');
    await platform.mustRun('up', '--renew', 'db');
  };
  t.teardown(async () => { if (!t.passed) await giveAnew(); });
  await docker('exec', platform.container('db'), 'psql', '-U', 'haplat', '-c', "ALTER ROLE haplat PASSWORD 'by hand'");
  // The connection that a replica has open is all that it gets, and one that nobody uses is closed after a while.
  let renewed: Outcome | undefined;
  await readsDuring(platform, async () => { renewed = await platform.run('up', '--renew', 'app,worker'); });
  t.is(renewed?.exitCode, 1);
  t.regex(renewed?.stderr ?? '', /^error: (app|worker)_1 runs and can't do its work: starting: database down, schema down/m);
  t.is((await platform.https('/items')).status, 200, 'the replica that has not been replaced serves');
  const report = await platform.status();
  t.false(report.healthy);
  t.deepEqual(report.services.filter((one) => !one.ready).map((one) => one.name), ['app_1', 'worker_1']);
  t.true(report.problems.includes("app_1 runs and can't do its work (starting: database down, schema down)"), report.problems.join('; '));
  await giveAnew();
  t.is((await platform.https('/items')).status, 200);
});

serial('data is not removed without a yes', async (t) => {
  const refused = await platform.run('down', '--volumes');
  t.is(refused.exitCode, 2);
  t.regex(refused.stderr, /add --yes if you mean it/);
  t.true((await platform.untilHealthy(60_000)).healthy);
});

serial('down --volumes --yes leaves nothing', async (t) => {
  await platform.mustRun('down', '--volumes', '--yes');
  const { project, engine } = platform;
  t.deepEqual(await Promise.all([engine.listContainers({ project }), engine.listNetworks({ project }), engine.listVolumes({ project })]), [[], [], []]);
});
