import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readGuardianState } from '../../src/runtime/guardian/state-file.ts';
import type { StatusReport } from '../../src/runtime/status/report.ts';
import { applicationOf, whyOtherwise } from './_application.ts';
import { engineSocketAt } from './_engine-socket.ts';
import { lock, publish, sql } from './_inside.ts';
import { docker, eventually, Platform } from './_platform.ts';

const serial = test.serial;
/** The platform promises 30 s after any death. A machine that is three times slower has its time here; how long it took is logged. */
const healedWithinMs = 90_000;
const services = [
  'app_1', 'app_2', 'db', 'edge', 'engine-proxy_1', 'engine-proxy_2', 'guardian_1', 'guardian_2', 'keepalived_1', 'keepalived_2', 'netdata', 'rabbitmq',
  'traefik_1', 'traefik_2', 'worker_1', 'worker_2',
];
/** How long something is killed again and again. */
const killingMs = 20_000;
let platform: Platform;
const { breakItems, createItem, drain, enqueue, leaveNoRoom, untilJob, processedCount } = applicationOf(() => platform);

test.before(async () => {
  platform = await Platform.create({ project: 'e2e-heal', number: 3 });
  await platform.mustRun('up', '-q');
});
test.after.always(async () => {
  await platform.dispose();
});

async function startedAt(service: string): Promise<number> {
  return (await platform.engine.inspectContainer(platform.container(service)))?.startedAt?.getTime() ?? 0;
}

/** Does it, waits until each of them runs anew, and all is well again, says `status`, which is what it returns. */
async function heals(t: ExecutionContext, victims: readonly string[], harm: () => Promise<unknown>): Promise<StatusReport> {
  const since = performance.now();
  const before = await Promise.all(victims.map(startedAt));
  const deadline = performance.now() + healedWithinMs;
  const left = () => deadline - performance.now();
  await harm();
  await eventually(`${victims.join(', ')} to run anew`, left(), async () => {
    const now = await Promise.all(victims.map(startedAt));
    const same = victims.filter((_, index) => (now[index] ?? 0) <= (before[index] ?? 0));
    return same.length === 0 ? true : new Error(`still as before: ${same.join(', ')}`);
  });
  const report = await platform.untilHealthy(left());
  t.log(`healed after ${Math.round(performance.now() - since)} ms`);
  return report;
}

/** The container, and who lives in its namespaces and so dies with it. */
function withMembers(service: string): string[] {
  return service.startsWith('keepalived') ? [service, service.replace('keepalived', 'traefik')] : [service];
}

for (const service of services) {
  serial(`${service} comes back each time its process 1 is killed from the host`, async (t) => {
    for (let time = 1; time <= 3; time += 1) {
      const { vip } = await heals(t, withMembers(service), () => platform.killProcessOne(service));
      t.is(vip.holders.length, 1);
    }
  });
}

serial('status warns of a death that nobody asked the Engine for, although all is healthy again', async (t) => {
  await heals(t, ['worker_1'], () => platform.killProcessOne('worker_1'));
  const { services: found } = await eventually('the warning, with all healthy', 60_000, async () => {
    const status = await platform.status();
    return status.healthy && status.warnings.some((one) => /^worker_1: .*was ended by SIGKILL at /.test(one)) ? status : new Error([...status.problems, ...status.warnings].join());
  });
  const ofWorker = (all: typeof found) => all.find(({ name }) => name === 'worker_1')?.incidents;
  t.is(ofWorker(found)?.at(-1)?.what, 'was ended by SIGKILL');
  await platform.mustRun('up', '--renew', 'guardian', '-q');
  t.deepEqual(ofWorker((await platform.status()).services), ofWorker(found));
});

for (const service of services) {
  serial(`${service} is started again after docker kill, which suppresses the Engine's own restart policy`, async (t) => {
    t.true((await heals(t, withMembers(service), () => docker('kill', platform.container(service)))).healthy);
  });
}

serial('both load-balancer nodes killed at once come back', async (t) => {
  const nodes = ['keepalived_1', 'keepalived_2'];
  t.true((await heals(t, nodes.flatMap(withMembers), () => Promise.all(nodes.map((service) => platform.killProcessOne(service))))).healthy);
});

// Of those whose process 1 is the one that serves; a check takes its time to notice, so several at once.
for (const frozen of [['app_1', 'traefik_2'], ['worker_1'], ['engine-proxy_1'], ['netdata', 'guardian_1'], ['guardian_2', 'keepalived_1']]) {
  serial(`${frozen.join(' and ')} frozen (SIGSTOP of process 1): noticed and restarted`, async (t) => {
    t.true((await heals(t, frozen.flatMap(withMembers), () => Promise.all(frozen.map((service) => platform.killProcessOne(service, 'SIGSTOP'))))).healthy);
  });
}

const beam = 'for file in /proc/[0-9]*/comm; do read -r name <"$file" && [[ $name == beam.smp ]] && kill -STOP "${file//[!0-9]/}" && exit 0; done; exit 1';
const postmaster = 'read -r pid <"$PGDATA/postmaster.pid" && kill -STOP "$pid"';
for (const [service, user, freeze] of [['rabbitmq', 'rabbitmq', beam], ['db', 'postgres', postmaster]] as const) {
  serial(`a frozen ${service}, whose process 1 only waits for it, is noticed and restarted`, async (t) => {
    // As the user that it runs as: even root may signal nobody else's processes there.
    await heals(t, [service], async () => {
      const { exitCode } = await platform.engine.exec(platform.container(service), ['bash', '-c', freeze], { timeoutMs: 5000, user });
      t.is(exitCode, 0);
    });
  });
}

serial('where memory runs out, the kernel rather takes a replica than what has no twin', async (t) => {
  const adjusted = await Promise.all(services.map(async (service) => {
    const pid = (await platform.engine.inspectContainer(platform.container(service)))?.pid;
    return Number(await readFile(`/proc/${pid}/oom_score_adj`, 'utf8')) > 0 ? [service] : [];
  }));
  t.deepEqual(adjusted.flat(), ['app_1', 'app_2', 'netdata', 'worker_1', 'worker_2']);
});

// PostgreSQL as process 1 would take it for a process of its own that has crashed, and end all the others.
serial('what somebody has left behind in the container of the database may end as it likes', async (t) => {
  const inDatabase = (script: string) => docker('exec', platform.container('db'), 'bash', '-c', script);
  const end = await lock(platform, 'SELECT 1');
  t.teardown(end);
  const pid = await inDatabase('sleep 300 >/dev/null & echo $!');
  await inDatabase(`kill -TERM ${pid}; while kill -0 ${pid} 2>/dev/null; do sleep 0.05; done`);
  await t.notThrowsAsync(end, 'who was connected still is');
});

const watermark = (value: string) => docker('exec', platform.container('rabbitmq'), 'rabbitmqctl', '-q', 'set_vm_memory_high_watermark', 'absolute', value);

serial('a broker short of memory takes no messages: jobs wait, status says so, and a replica stops all the same', async (t) => {
  const itemId = await createItem('waits for memory');
  t.teardown(() => watermark('512MiB'));
  await watermark('10MB');
  const jobs = await Promise.all(Array.from({ length: 6 }, () => enqueue(itemId)));
  await platform.untilProblem(/^rabbitmq runs and can't do its work \(it takes no messages, for want of memory/);
  const blocked = await eventually('a replica to be told so', 60_000, async () => {
    const logs = await Promise.all(['app_1', 'app_2'].map(async (service) => ({ service, text: await docker('logs', platform.container(service)) })));
    return logs.find(({ text }) => text.includes('broker takes no messages'))?.service;
  });
  t.is(await platform.exitCodeOfStop(blocked), 0, 'it need not be killed');
  await watermark('512MiB');
  for (const job of jobs) await untilJob(job, 'done', ({ state }) => state === 'done');
  t.is(await processedCount(itemId), jobs.length);
  t.true((await platform.untilHealthy(healedWithinMs)).healthy);
});

for (const process of ['vrrp', 'check']) {
  serial(`a load-balancer node whose process ${process} is frozen is noticed and restarted`, async (t) => {
    const freeze = ['bash', '-c', `kill -STOP "$(</run/${process}.pid)"`];
    t.true((await heals(t, withMembers('keepalived_2'), () => platform.engine.exec(platform.container('keepalived_2'), freeze, { timeoutMs: 5000 }))).healthy);
  });
}

for (const service of services) {
  serial(`${service} paused by nobody's drill runs again, and is not started anew for it`, async (t) => {
    const name = platform.container(service);
    const startedAt = async () => (await platform.engine.inspectContainer(name))?.startedAt;
    const before = await startedAt();
    await docker('pause', name);
    await eventually(`${service} to run again`, healedWithinMs, async () => ((await platform.engine.inspectContainer(name))?.state === 'running' ? true : undefined));
    await platform.untilHealthy(healedWithinMs);
    t.deepEqual(await startedAt(), before);
  });
}

serial('who is killed with docker kill again and again is started again at once each time: it keeps dying by no fault of its own', async (t) => {
  const name = platform.container('worker_2');
  const state = async () => (await readGuardianState(platform.engine, platform.container('guardian_1')))?.services['worker_2'];
  const repairs = (await state())?.repairs ?? 0;
  for (let time = 1; time <= 6; time += 1) {
    const before = await startedAt('worker_2');
    await docker('kill', name);
    await eventually(`worker_2 to run again, time ${time}`, healedWithinMs, async () => ((await startedAt('worker_2')) > before ? true : undefined));
  }
  t.like(await state(), { repairs, backedOff: false });
  await platform.untilHealthy(healedWithinMs);
});

serial('a container that keeps dying is started less and less often, and status says so', async (t) => {
  const name = platform.container('traefik_1');
  const watch = new AbortController();
  let starts = 0;
  const counting = (async () => {
    for await (const event of platform.engine.events({ project: platform.project, signal: watch.signal })) {
      if (event.container === name && event.action === 'start') starts += 1;
    }
  })();
  const kill = () => platform.killProcessOne('traefik_1').catch(() => undefined);
  await eventually('status to say that it is backed off', 90_000, async () => {
    await kill();
    const note = (await platform.status()).services.find((one) => one.name === 'traefik_1')?.note ?? '';
    return note.startsWith('backed off') ? true : new Error(note);
  });

  // A guardian that hammers would start it twice a second.
  starts = 0;
  const until = performance.now() + killingMs;
  await eventually('the killing to end', killingMs + 5000, async () => {
    await kill();
    return performance.now() > until ? true : undefined;
  });
  watch.abort();
  await counting;
  t.true(starts <= killingMs / 4000, `${starts} starts in ${killingMs} ms`);
  await platform.untilHealthy(90_000);
});

serial('a broker short of memory still gives out jobs, also to a worker that has one to give up', async (t) => {
  const workers = ['worker_1', 'worker_2'].map((service) => platform.container(service));
  const guardians = ['guardian_1', 'guardian_2'].map((service) => platform.container(service));
  t.teardown(async () => {
    for (const one of [...workers, ...guardians]) await docker('unpause', one).catch(() => undefined);
    await watermark('512MiB');
  });
  const itemId = await createItem('done without memory');
  // Both at once, or each would let the other go on, and then the workers.
  await docker('pause', ...guardians);
  await docker('pause', ...workers);
  // One for each worker, and they are the first that they get.
  for (let letter = 0; letter < 2; letter += 1) await publish(platform, 'task_queue', 'no job');
  // More than both take at once.
  const jobs = await Promise.all(Array.from({ length: 100 }, () => enqueue(itemId)));
  await eventually('all to be in the queue', 60_000, async () => ((await sql(platform, 'SELECT count(*) FROM outbox')) === '0' ? true : undefined));
  await watermark('10MB');
  await docker('unpause', ...workers);
  await eventually('all to be done', 60_000, async () => ((await processedCount(itemId)) === jobs.length ? true : undefined));
  await watermark('512MiB');
  await docker('unpause', ...guardians);
  let letters = 0;
  await eventually('both letters to be there', 60_000, async () => {
    letters += (await drain('--discard')).letters.length;
    return letters >= 2 ? true : undefined;
  });
  await platform.untilHealthy(60_000);
  t.pass();
});

serial('a broker that takes connections and refuses messages is told of, and jobs wait', async (t) => {
  const writable = (pattern: string) => docker('exec', platform.container('rabbitmq'), 'rabbitmqctl', '-q', 'set_permissions', 'haplat', '.*', pattern, '.*');
  const itemId = await createItem('refused');
  t.teardown(() => writable('.*'));
  await writable('^$');
  // A channel remembers for a minute what it was allowed.
  await docker('exec', platform.container('rabbitmq'), 'rabbitmqctl', '-q', 'close_all_connections', 'changed permissions');
  const jobId = await enqueue(itemId);
  await platform.untilProblem(/^app_[12] runs and can't do its work \(degraded: .*outbox stuck\)$/);
  t.is((await platform.https('/readyz')).status, 200);
  await writable('.*');
  await untilJob(jobId, 'done', (job) => job.state === 'done');
  await platform.untilHealthy(60_000);
});

serial('a database without room refuses what is new, and jobs wait until there is some', async (t) => {
  const itemId = await createItem('waits for room');
  const makeRoom = await leaveNoRoom();
  t.teardown(makeRoom);
  const refused = await platform.https('/items', { method: 'POST', body: { name: 'too much' } });
  t.is(refused.status, 503);
  t.regex(refused.text, /"type":"urn:haplat:problem:database-full"/);
  const jobs = await Promise.all(Array.from({ length: 3 }, () => enqueue(itemId)));
  const undone = async () => Number(await sql(platform, "SELECT xact_rollback FROM pg_stat_database WHERE datname = 'haplat'"));
  const before = await undone();
  await eventually('each job to have been tried twice', 60_000, async () => ((await undone()) >= before + 2 * jobs.length ? true : undefined));
  await makeRoom();
  const done = await Promise.all(jobs.map((id) => untilJob(id, 'done', (job) => job.state === 'done', 60_000)));
  t.deepEqual(done.map(({ attempts }) => attempts), [1, 1, 1]);
  t.is(await processedCount(itemId), 3);
});

const read = () => platform.https('/items');
const write = () => platform.https('/items', { method: 'POST', body: { name: 'refused' } });

serial('clients that get nothing but errors are told of, whatever the cause is', async (t) => {
  const free = await lock(platform, 'LOCK TABLE items IN ACCESS EXCLUSIVE MODE');
  t.teardown(free);
  await platform.untilProblem(/^app_[12] runs and can't do its work \(degraded: answers failing, operations failing: GET \/items\)$/, () => whyOtherwise(read, (status) => status >= 500));
  t.is((await platform.https('/readyz')).status, 200, 'balancers have nobody better');
  await free();
  await platform.untilHealthy(60_000);
});

const writesFail = /^app_[12] .*\(degraded: (answers failing, )?operations failing: POST \/items\)$/;
const readsAlone = async () => (await whyOtherwise(read, (status) => status === 200)) ?? whyOtherwise(write, (status) => status === 503);

serial('writes that all fail are told of while reads work', async (t) => {
  const free = await lock(platform, 'LOCK TABLE items IN SHARE MODE');
  t.teardown(free);
  await platform.untilProblem(writesFail, readsAlone);
  t.deepEqual([(await read()).status, (await write()).status], [200, 503]);
  await free();
  await platform.untilHealthy(60_000);
});

serial('a database that takes no writes says so, and goes on being read', async (t) => {
  const asAdministrator = (statement: string) => sql(platform, statement, 'postgres');
  const connections = async () => Number(await sql(platform, "SELECT sessions FROM pg_stat_database WHERE datname = 'haplat'"));
  const takeWrites = async () => {
    await asAdministrator('ALTER SYSTEM RESET default_transaction_read_only');
    await asAdministrator('SELECT pg_reload_conf()');
  };
  t.teardown(takeWrites);
  await asAdministrator('ALTER SYSTEM SET default_transaction_read_only = on');
  await asAdministrator('SELECT pg_reload_conf()');
  await eventually('it to be read-only', 60_000, async () => ((await write()).text.includes('urn:haplat:problem:database-read-only') ? true : undefined));
  const [before, since] = [await connections(), performance.now()];
  await platform.untilProblem(writesFail, readsAlone);
  const [opened, seconds] = [(await connections()) - before, (performance.now() - since) / 1000];
  // Those of four processes, once a second each at most, beside what status and this test open; some hundreds each before.
  t.true(opened < 100 * (seconds + 1), `${opened} connections in ${seconds.toFixed(1)} s: each write had all opened anew`);
  await takeWrites();
  await eventually('it to take writes', 60_000, async () => ((await write()).status === 201 ? true : undefined));
  await platform.untilHealthy(60_000);
});

serial('jobs that all fail are told of, and done once they can be', async (t) => {
  const itemId = await createItem('cannot be processed');
  const mend = await breakItems('cannot be processed');
  t.teardown(mend);
  const jobs = await Promise.all(Array.from({ length: 20 }, () => enqueue(itemId)));
  await platform.untilProblem(/^worker_[12] .*\(degraded: attempts failing: item\.process\)$/);
  await mend();
  await Promise.all(jobs.map((id) => untilJob(id, 'done', (job) => job.state === 'done', 90_000)));
  t.is(await processedCount(itemId), 20);
  await platform.untilHealthy(60_000);
});

serial('a database that is empty all of a sudden gets its tables again, and serves', async (t) => {
  await sql(platform, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await eventually('an item to be made', 60_000, async () => createItem('after the loss'));
  await platform.untilHealthy(60_000);
  const itemId = await createItem('processed');
  await untilJob(await enqueue(itemId), 'done', (job) => job.state === 'done');
  t.is(await processedCount(itemId), 1);
});

serial('what no migration can mend is a problem, until somebody does', async (t) => {
  const mend = () => sql(platform, 'ALTER TABLE IF EXISTS hidden RENAME TO outbox');
  t.teardown(mend);
  await sql(platform, 'ALTER TABLE outbox RENAME TO hidden');
  const told = (problems: readonly string[]) => problems.filter((one) => /^app_[12] runs and can't do its work \(unavailable: schema down\)$/.test(one)).length;
  await eventually('status to tell of both replicas', 60_000, async () => {
    const { problems } = await platform.status();
    return told(problems) === 2 ? true : new Error(problems.join('; '));
  });
  await mend();
  await platform.untilHealthy(60_000);
  t.is((await platform.https('/items')).status, 200);
});

serial('an Engine that has made itself another socket while all ran on (live-restore) is found again', async (t) => {
  const socketPath = join(platform.folder, 'docker.sock');
  await using sockets = new AsyncDisposableStack();
  const former = sockets.use(await engineSocketAt(socketPath));
  await platform.configure(`engine: {socketPath: "${socketPath}"}`);
  await platform.mustRun('up', '-q');
  await heals(t, ['engine-proxy_1', 'engine-proxy_2'], async () => {
    await former[Symbol.asyncDispose]();
    sockets.use(await engineSocketAt(socketPath));
  });
  await heals(t, ['app_1'], () => docker('kill', platform.container('app_1')));
  await platform.configure('');
  await platform.mustRun('up', '-q');
  t.true((await platform.untilHealthy(60_000)).healthy);
});

// Restarting the Engine stops everybody's containers: only where the tests have it to themselves.
const mayRestartEngine = process.env['HAPLAT_E2E_ENGINE_RESTART'] === '1';
(mayRestartEngine ? serial : serial.skip)('everything comes back after a restart of the Engine', async (t) => {
  const running = (await docker('ps', '--format', '{{.Names}}')).split('\n');
  t.deepEqual(running.filter((name) => !name.startsWith(`${platform.project}-`)), [], 'others have containers on this Engine');
  const pid = Number(await readFile('/var/run/docker.pid', 'utf8'));
  const [command = '', ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter((part) => part !== '');
  process.kill(pid, 'SIGTERM');
  await eventually('dockerd to end', 60_000, () => {
    try {
      process.kill(pid, 0);
      return Promise.resolve(undefined);
    } catch {
      return Promise.resolve(true);
    }
  });
  // As who started it did (scripts/engine): it outlives this run, whose folder goes, and is to be stopped as that one would be.
  const { TMPDIR: _folder, HAPLAT_ENGINE_PID_FILE: pidFile, ...env } = process.env;
  const daemon = spawn(command, args, { detached: true, stdio: 'ignore', env });
  daemon.unref();
  if (pidFile !== undefined) await writeFile(pidFile, String(daemon.pid));
  await eventually('the Engine to answer', 60_000, async () => (await platform.engine.info()).version);
  await platform.untilHealthy(healedWithinMs);
  t.is((await platform.status()).vip.holders.length, 1);
});
