import path from 'node:path';
import test from 'ava';
import { takeLease } from '../../src/runtime/guardian/lease-client.ts';
import { readGuardianState } from '../../src/runtime/guardian/state-file.ts';
import { PlainContainers } from './_plain-containers.ts';
import { eventually } from './_platform.ts';

const pod = ['owner_1', 'member_1'];
const database = 'postgres:17';
/** A standby without a primary: it replays what there is for ever, and takes no connections. */
const recovering = [
  `echo 'touch "$PGDATA/standby.signal"' > /docker-entrypoint-initdb.d/standby.sh`,
  'exec docker-entrypoint.sh postgres -c hot_standby=off',
].join('\n');

test.serial('every kind of death is healed, and a lease is respected', async (t) => {
  t.timeout(150_000);
  await using containers = await PlainContainers.start();
  const { engine } = containers;
  const eventsWithin = async (ms: number, action: string): Promise<string[]> => {
    const seen: string[] = [];
    for await (const event of engine.events({ project: containers.project, signal: AbortSignal.timeout(ms) })) seen.push(event.action);
    return seen.filter((one) => one === action);
  };
  await containers.run('owner_1');
  await containers.run('member_1', 'owner_1');
  await containers.run('db');
  // Only a place for the lease files: the guardian itself runs in this test's process.
  await containers.run('guardian');
  await containers.well([...pod, 'db', 'guardian']);
  containers.guard();

  for (const victim of ['member_1', 'owner_1', 'db']) {
    const affected = victim === 'owner_1' ? pod : [victim];
    const before = Object.fromEntries(await Promise.all(affected.map(async (one) => [one, await containers.details(one)] as const)));
    await engine.killContainer(containers.name(victim));
    await t.notThrowsAsync(containers.well(affected, before), `${victim} comes back after docker kill`);
  }

  await engine.pauseContainer(containers.name('db'));
  await t.notThrowsAsync(containers.well(['db']), 'a paused container is unpaused');

  const before = { member_1: await containers.details('member_1') };
  await engine.exec(containers.name('member_1'), ['rm', '/tmp/well'], { timeoutMs: 5000 });
  await t.notThrowsAsync(containers.well(['member_1'], before), 'an unhealthy container is restarted');

  // Renewed each third of it, to which a busy machine must be able to keep.
  const ttlMs = 6000;
  const lease = await takeLease(engine, containers.project, {
    kind: 'drill', targets: ['db'], holder: 'test', ttlMs,
  });
  await engine.pauseContainer(containers.name('db'));
  t.deepEqual(await eventsWithin(2 * ttlMs, 'unpause'), [], 'a renewed lease outlasts its time to live');
  t.is((await containers.details('db')).state, 'paused');
  await lease.release();
  await t.notThrowsAsync(containers.well(['db']), 'released, it is looked after again');

  const state = await readGuardianState(engine, containers.name('guardian'));
  t.true((state?.services['db']?.deaths ?? 0) >= 1);
});

test.serial('a database that recovers is left at it, however long it is unhealthy', async (t) => {
  t.timeout(150_000);
  await using containers = await PlainContainers.start(database);
  const { engine } = containers;
  await containers.run('db', undefined, {
    image: database,
    entrypoint: ['bash', '-c', recovering],
    env: { POSTGRES_HOST_AUTH_METHOD: 'trust' },
    mounts: [{ kind: 'bind', source: path.resolve('templates/db/health'), target: '/health', readOnly: true }],
    capAdd: ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETUID'],
    healthcheck: { command: ['sh', '/health', '/', '-q', '-h', '127.0.0.1', '-t', '2'], intervalMs: 1000, timeoutMs: 2000, retries: 2, startPeriodMs: 0 },
  });
  await containers.run('other');
  await containers.well(['other']);
  const before = await containers.until('db', ({ health, healthLog }) => health === 'unhealthy' && healthLog.at(-1)?.output.startsWith('starting:') === true);

  containers.guard();
  const other = await containers.details('other');
  await engine.exec(containers.name('other'), ['rm', '/tmp/well'], { timeoutMs: 5000 });
  await t.notThrowsAsync(containers.well(['other'], { other }), 'what is only unhealthy is restarted');
  const after = await containers.details('db');
  t.deepEqual(after.startedAt, before.startedAt);
  t.is(after.health, 'unhealthy');
});

test.serial('a database that has little room left, or was never finished being made, says so, and is healthy all the same', async (t) => {
  t.timeout(150_000);
  await using containers = await PlainContainers.start(database);
  const healthOf = (folder: string) => ['sh', '/health', folder, '-h', '127.0.0.1', '-t', '2'];
  await containers.run('db', undefined, {
    image: database,
    entrypoint: ['docker-entrypoint.sh'],
    command: ['postgres'],
    env: { POSTGRES_HOST_AUTH_METHOD: 'trust' },
    mounts: [{ kind: 'bind', source: path.resolve('templates/db/health'), target: '/health', readOnly: true }, { kind: 'tmpfs', target: '/little', sizeMiB: 32, mode: 0o755 }],
    capAdd: ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETUID'],
    healthcheck: { command: healthOf('/little'), intervalMs: 1000, timeoutMs: 2000, retries: 2, startPeriodMs: 0 },
  });
  const { healthLog } = await containers.until('db', ({ health }) => health === 'healthy');
  t.regex(healthLog.at(-1)?.output ?? '', /^not ready: the making of its data was cut short/m);
  const inside = async (...command: string[]) => containers.engine.exec(containers.name('db'), command, { timeoutMs: 5000 });
  // What the last step of its first start leaves.
  for (const folder of ['/little', '/tmp']) t.is((await inside('sh', '-c', 'echo noted >"$0/haplat.accounts"', folder)).exitCode, 0);
  const [little, enough] = [await inside(...healthOf('/little')), await inside(...healthOf('/tmp'))];
  t.deepEqual([little.exitCode, enough.exitCode], [0, 0]);
  t.regex(little.stdout, /^not ready: its disk is full, 3[12] MiB left$/m);
  t.notRegex(enough.stdout, /not ready/);
});

test.serial('what has healed is told of afterwards, unless somebody had the Engine do it', async (t) => {
  t.timeout(150_000);
  await using containers = await PlainContainers.start();
  const { engine } = containers;
  await containers.run('guardian');
  await containers.run('app_1', undefined, { memoryLimitMiB: 64 });
  for (const service of ['app_2', 'db']) await containers.run(service);
  await containers.well(['guardian', 'app_1', 'app_2', 'db']);
  containers.guard();
  const told = async () => (await readGuardianState(engine, containers.name('guardian')))?.incidents ?? {};

  const before = { app_2: await containers.details('app_2'), db: await containers.details('db') };
  await engine.killContainer(containers.name('db'));
  await containers.well(['db'], before);
  await engine.exec(containers.name('app_1'), ['tail', '/dev/zero'], { timeoutMs: 20_000 });
  await engine.exec(containers.name('app_2'), ['bash', '-c', 'kill -KILL -1'], { timeoutMs: 5000 });
  await containers.well(['app_2'], before);
  await eventually('both incidents', 10_000, async () => (Object.keys(await told()).length >= 2 ? true : undefined));
  const incidents = Object.entries(await told()).map(([service, all]) => [service, ...all.map(({ what }) => what)]);
  t.deepEqual(incidents.sort(), [
    ['app_1', 'a process in it was ended because its memory ran out'],
    ['app_2', 'was ended by SIGKILL'],
  ]);
});
