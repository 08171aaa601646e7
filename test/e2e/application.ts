import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { encodeCursor } from '../../src/app/items/cursor.ts';
import { answersDuring, applicationOf, stopForGood, writesDuring, type Crowd, type JobDocument } from './_application.ts';
import { gently, steadily } from './_drill.ts';
import { jsonOf } from './_http.ts';
import { inside, lock, publish, sql } from './_inside.ts';
import { docker, eventually, Platform } from './_platform.ts';

const serial = test.serial;
const taskQueue = 'task_queue';
const settings = 'netdata: {enabled: false}';
let platform: Platform;
const { breakItems, createItem, drain, enqueue, leaveOldThings, processedCount, untilJob, walk } = applicationOf(() => platform);

test.before(async () => {
  platform = await Platform.create({ project: 'e2e-app', number: 28, yaml: settings });
  await platform.mustRun('up', '-q');
  // Housekeeping has until its own test to see to them.
  await leaveOldThings();
});
test.afterEach.always(async (t) => {
  if (!t.passed) for (const repair of await platform.repairs()) t.log(repair);
});
test.after.always(async () => {
  await platform.dispose();
});

serial('a change is made only to a version that its preconditions ask for', async (t) => {
  const id = await createItem('guarded');
  const path = `/items/${id}`;
  const put = async (name: string, headers: Record<string, string>) => (await platform.https(path, { method: 'PUT', body: { name }, headers })).status;
  t.is(await put('by any of a list', { 'if-match': '"7", "1"' }), 200);
  t.is(await put('too late', { 'if-match': '"1"' }), 412);
  t.is(await put('no tag of ours', { 'if-match': '"02"' }), 412);
  t.is(await put('only if it is not there', { 'if-none-match': '*' }), 412);
  t.is(await put('only if it has changed', { 'if-none-match': 'W/"2"' }), 412);
  t.is(await put('it has changed', { 'if-none-match': '"1"' }), 200);
  t.like(jsonOf(await platform.https(path)), { name: 'it has changed', version: 3 });
  const read = async (headers: Record<string, string>) => (await platform.https(path, { headers })).status;
  t.deepEqual([await read({ 'if-match': '"3"' }), await read({ 'if-match': '"2"' })], [200, 412]);
  const accept = async (headers: Record<string, string>) => (await platform.https(`${path}/process`, { method: 'POST', headers })).status;
  t.deepEqual([await accept({ 'if-match': '"2"' }), await accept({ 'if-none-match': '"3"' })], [412, 412]);
  t.like(jsonOf(await platform.https(path)), { status: 'new', version: 3 });
  const remove = async (headers: Record<string, string>) => (await platform.https(path, { method: 'DELETE', headers })).status;
  t.is(await remove({ 'if-none-match': '*' }), 412);
  t.is(await remove({ 'if-match': '"2"' }), 412);
  t.is(await remove({ 'if-match': '"2", "3"' }), 204);
  t.is(await put('gone', { 'if-none-match': '*' }), 404);
});

serial('a job whose attempts fail is tried again later, and done once when the cause is gone', async (t) => {
  const itemId = await createItem('retried');
  const mend = await breakItems('retried');
  const jobId = await enqueue(itemId);
  const waiting = await untilJob(jobId, 'tried twice', (job) => job.attempts >= 2);
  t.is(waiting.state, 'retrying');
  t.truthy(waiting.error);
  await mend();
  const done = await untilJob(jobId, 'done', (job) => job.state === 'done');
  t.true(done.attempts > waiting.attempts);
  t.is(await processedCount(itemId), 1);
});

serial('a job that fails to the last ends in the dead-letter queue, and haplat jobs retry gives it another round', async (t) => {
  const itemId = await createItem('failing');
  const mend = await breakItems('failing');
  const jobId = await enqueue(itemId);
  await untilJob(jobId, 'tried', (job) => job.attempts >= 1);
  // Four attempts have failed, says the message: the next one is the last.
  await publish(platform, taskQueue, JSON.stringify({ type: 'item.process', jobId, itemId }), { 'x-attempt': 4 });
  await untilJob(jobId, 'given up', (job) => job.state === 'failed');
  const listed = await platform.json<{ jobs: readonly JobDocument[]; deadLetters: number }>('jobs', 'ls', '--state', 'failed');
  t.true(listed.jobs.some((job) => job.jobId === jobId));
  const isDead = async () => (await platform.json<{ deadLetters: number }>('jobs')).deadLetters >= 1 || undefined;
  await eventually('the dead letter', 60_000, isDead);
  await mend();
  t.regex((await platform.mustRun('jobs', 'retry', jobId)).stdout, /back in the queue/);
  await untilJob(jobId, 'done', (job) => job.state === 'done');
  t.is(await processedCount(itemId), 1);
  const again = await platform.run('jobs', 'retry', jobId);
  t.is(again.exitCode, 1, again.stdout);
  t.true((await drain()).letters.some((letter) => letter.jobId === jobId && letter.action === 'stale'));
});

serial('haplat jobs discard gives a failed job up, and no other', async (t) => {
  const itemId = await createItem('given up');
  const done = await enqueue(itemId);
  await untilJob(done, 'done', (job) => job.state === 'done');
  t.regex((await platform.run('jobs', 'discard', done)).stdout, /Only a job that has failed/);
  const failed = crypto.randomUUID();
  await sql(platform, `INSERT INTO jobs (id, type, item_id, state, finished_at) VALUES ('${failed}', 'item.process', '${itemId}', 'failed', now())`);
  t.regex((await platform.mustRun('jobs', 'discard', failed)).stdout, /given up/);
  for (const what of ['show', 'discard']) t.is((await platform.run('jobs', what, failed)).exitCode, 1);
  // What is left of it in a queue has no effect.
  await publish(platform, taskQueue, JSON.stringify({ type: 'item.process', jobId: failed, itemId }));
  const letterOf = async () => (await drain('--discard')).letters.find((one) => one.jobId === failed);
  t.is((await eventually('its dead letter', 60_000, letterOf)).action, 'discarded');
  t.is(await processedCount(itemId), 1);
});

serial('messages that no worker can read go to the dead-letter queue with the reason, and others go on', async (t) => {
  const unknown = { type: 'no_such_type', jobId: crypto.randomUUID(), itemId: crypto.randomUUID() };
  await publish(platform, taskQueue, 'no JSON at all');
  await publish(platform, taskQueue, JSON.stringify(unknown));
  await publish(platform, taskQueue, Buffer.alloc(100_000, 0x20));
  const itemId = await createItem('after poison');
  await untilJob(await enqueue(itemId), 'done', (job) => job.state === 'done');
  await eventually('three dead letters', 60_000, async () => {
    const { deadLetters } = await platform.json<{ deadLetters: number }>('jobs');
    return deadLetters === 3 ? true : new Error(String(deadLetters));
  });
  const kept = await drain();
  t.deepEqual(kept.letters.map(({ reason }) => reason).sort(), ['not-json', 'too-large', 'unknown-type']);
  t.true(kept.letters.every(({ action }) => action === 'kept'));
  t.is(kept.left, 3);
  const discarded = await drain('--discard');
  t.true(discarded.letters.every(({ action }) => action === 'discarded'));
  t.is(discarded.left, 0);
  t.deepEqual((await drain()).letters, []);
});

serial('a message too large for any worker is not taken in the first place', async (t) => {
  await t.throwsAsync(publish(platform, taskQueue, Buffer.alloc(200_000, 0x20)), { message: /PRECONDITION_FAILED|larger than/ });
});

serial('metrics are for the networks inside, not for clients', async (t) => {
  for (const path of ['/metrics', '/metrics/', '/METRICS', '//metrics', '/%6Detrics']) t.is((await platform.https(path)).status, 404, path);
  t.is((await platform.https('/')).status, 200);
});

serial('what is no job is refused or said', async (t) => {
  t.is((await platform.run('jobs', 'show', '17')).exitCode, 2);
  t.is((await platform.run('jobs', 'ls', '--state', 'lost')).exitCode, 2);
  t.is((await platform.run('jobs', 'ls', '--limit', '0')).exitCode, 2);
  const absent = await platform.run('jobs', 'show', crypto.randomUUID());
  t.is(absent.exitCode, 1);
  t.regex(absent.stderr, /^error: there is no job .*\n {2}→ /m);
});

serial('a repeat with the same Idempotency-Key gets the first answer, and changes nothing', async (t) => {
  const key = crypto.randomUUID();
  const create = (name: string) => platform.https('/items', { method: 'POST', body: { name }, headers: { 'idempotency-key': key } });
  const answers = await Promise.all(Array.from({ length: 5 }, () => create('once')));
  t.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
  t.is(new Set(answers.map((answer) => String(jsonOf(answer)['id']))).size, 1);
  t.is(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true').length, 4);
  t.is((await create('something else')).status, 422);
  t.is(await sql(platform, "SELECT count(*) FROM items WHERE name IN ('once', 'something else')"), '1');
  const itemId = answers.map((answer) => String(jsonOf(answer)['id'])).at(0) ?? '';
  const jobs = await Promise.all(Array.from({ length: 3 }, () => enqueue(itemId, { headers: { 'idempotency-key': key } })));
  t.is(new Set(jobs).size, 1);
  await untilJob(jobs[0] ?? '', 'done', (job) => job.state === 'done');
  t.is(await processedCount(itemId), 1);
});

serial('pages follow each other without a gap or a repeat, and the last one says that it is', async (t) => {
  for (const name of ['one', 'two', 'three']) await createItem(`paged ${name}`);
  const all = (await sql(platform, 'SELECT id FROM items ORDER BY id')).split('\n');
  const pagesOf = async (limit: number): Promise<(readonly string[])[]> => {
    const pages = await walk(`/items?limit=${limit}`);
    t.deepEqual(pages.map(({ isLast }) => isLast), pages.map((_, index) => index === pages.length - 1));
    return pages.map(({ ids }) => ids);
  };
  t.deepEqual((await pagesOf(2)).flat(), all);
  t.deepEqual(await pagesOf(all.length), [all]);
  t.deepEqual(await pagesOf(all.length - 1), [all.slice(0, -1), all.slice(-1)]);
});

serial('a page of large items ends after a megabyte, and the next goes on from there', async (t) => {
  const last = await createItem('before the large ones');
  const ids: string[] = [];
  for (let index = 0; index < 20; index += 1) {
    ids.push(idOf(await platform.https('/items', { method: 'POST', body: { name: 'large', data: { text: 'x'.repeat(60_000) } } })));
  }
  const pages = await walk(`/items?limit=100&cursor=${encodeCursor(last)}`);
  t.true(pages.every(({ length }) => length < 1_100_000));
  t.deepEqual(pages.flatMap((page) => page.ids), ids);
  t.is(pages.length, 2);
});

const idOf = (answer: Awaited<ReturnType<Platform['https']>>) => String(jsonOf(answer)['id']);

serial('items that many create at once are written together, and each answer is to its own request', async (t) => {
  const names = Array.from({ length: 80 }, (_, index) => `at once ${index}`);
  const answers = await Promise.all(names.map((name) => platform.https('/items', { method: 'POST', body: { name, data: { name } } })));
  t.deepEqual(answers.map((answer) => [answer.status, jsonOf(answer)['name'], jsonOf(answer)['data']]), names.map((name) => [201, name, { name }]));
  t.deepEqual(answers.map(({ headers }) => headers.location), answers.map((answer) => `/items/${idOf(answer)}`));
  const [rows = 0, transactions = 0] = (await sql(platform, "SELECT count(*), count(DISTINCT xmin::text) FROM items WHERE name LIKE 'at once %'")).split('|').map(Number);
  t.is(rows, names.length);
  t.true(transactions < rows, `${transactions} transactions`);
});

serial('of those that want the same key at once one gets it, and nobody else fails for that', async (t) => {
  const keyOf = (index: number) => (index % 3 === 2 ? undefined : `wanted-${index % 7}`);
  const wanted = Array.from({ length: 60 }, (_, index) => ({ name: `wanted ${index}`, key: keyOf(index) }));
  const answers = await Promise.all(wanted.map((body) => platform.https('/items', { method: 'POST', body })));
  const [others, keyed] = [answers.filter((_, index) => keyOf(index) === undefined), answers.filter((_, index) => keyOf(index) !== undefined)];
  t.deepEqual([...new Set(others.map(({ status }) => status))], [201]);
  t.deepEqual([...new Set(keyed.map(({ status }) => status))].sort(), [201, 409]);
  const made = keyed.filter(({ status }) => status === 201).map((answer) => String(jsonOf(answer)['key']));
  t.deepEqual(made.sort(), Array.from({ length: 7 }, (_, index) => `wanted-${index}`));
});

serial('what is acknowledged is in each list that is asked for afterwards, however many ask at once', async (t) => {
  const path = `/items?limit=100&cursor=${encodeCursor(await createItem('the last before'))}`;
  const client = async (): Promise<boolean[]> => {
    const seen: boolean[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const id = await createItem('seen');
      seen.push((await platform.https(path)).text.includes(id));
    }
    return seen;
  };
  const seen = await Promise.all(Array.from({ length: 20 }, client));
  t.deepEqual([...new Set(seen.flat())], [true]);
});

/** But those that were left for housekeeping. */
const notDone = async () => Number(await sql(platform, "SELECT count(*) FROM jobs WHERE state <> 'done' AND coalesce(request_id, '') NOT LIKE 'left-%'"));

serial('without a broker jobs are accepted all the same, and all are done once it is back', async (t) => {
  await stopForGood(platform, 'rabbitmq');
  const itemId = await createItem('no broker');
  const jobs = await Promise.all(Array.from({ length: 40 }, () => enqueue(itemId)));
  t.is(new Set(jobs).size, 40);
  t.true((await notDone()) >= 40);
  const { stdout } = await platform.mustRun('jobs', 'ls', '--limit', '1');
  t.regex(stdout, /dead-letter queue: unknown/);
  await platform.mustRun('up', '-q');
  await eventually('all jobs to be done', 60_000, async () => ((await notDone()) === 0 ? true : new Error(`${await notDone()} are not`)));
  t.is(await processedCount(itemId), 40);
});

serial('a database restart under load loses no acknowledged write, requests fail fast, and all goes on afterwards', async (t) => {
  await platform.untilHealthy(60_000);
  const { acknowledged, statuses, slow } = await writesDuring(platform, async (written) => {
    await eventually('some writes', 60_000, () => Promise.resolve(written.length >= 50 ? true : undefined));
    await platform.killProcessOne('db');
    const before = written.length;
    await eventually('writes after the restart', 60_000, () => Promise.resolve(written.length >= before + 100 ? true : undefined));
  });
  t.deepEqual([...statuses].filter((status) => status !== 201 && status !== 503), []);
  t.deepEqual(slow, []);
  const ids = acknowledged.map((id) => `'${id}'`).join(',');
  t.is(Number(await sql(platform, `SELECT count(*) FROM items WHERE id IN (${ids})`)), acknowledged.length);
});

serial('more than a replica can take is turned away at once, told when to come again, and does not stop it', async (t) => {
  await platform.untilHealthy(60_000);
  const free = await lock(platform, 'LOCK TABLE items IN ACCESS EXCLUSIVE MODE');
  t.teardown(free);
  const { alive, answers } = JSON.parse(await inside(platform, 'crowd.ts', ['app_1:3000', '300'], { network: 'data', timeoutMs: 60_000 })) as Crowd;
  t.is(alive.status, 200);
  // Some wait for the lock and some for a connection, no more than the pool and its queue take: no answer is to be had by anybody.
  t.deepEqual([...new Set(answers.map(({ status }) => status))], [503]);
  t.true(answers.every(({ retryAfter }) => retryAfter === '1'));
  const sorted = answers.map(({ ms }) => ms).toSorted((one, other) => one - other);
  t.log(`answered after ${sorted.map(Math.round).filter((_, index) => index % 60 === 0).join(', ')} ms; alive after ${Math.round(alive.ms)} ms`);
  await free();
  await eventually('an item to be made', 30_000, () => createItem('after the crowd'));
});

// Traefik asks who has just started before it knows whether they are ready.
serial('the first request that a starting replica takes is one that it can answer', async (t) => {
  const first = String.raw`until exec 3<>/dev/tcp/app_1/3000; do sleep 0.01; done 2>/dev/null
    printf 'GET /items?limit=1 HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n' >&3 && head -n 1 <&3`;
  for (let time = 1; time <= 3; time += 1) {
    await docker('kill', platform.container('app_1'));
    const { stdout } = await platform.engine.exec(platform.container('app_2'), ['bash', '-c', first], { timeoutMs: 30_000 });
    t.is(stdout.trim(), 'HTTP/1.1 200 OK', `time ${time}`);
  }
  await platform.untilHealthy(60_000);
});

/** The worker that waits for the lock just now. */
const workerAtLock = async () =>
  (await sql(platform, "SELECT split_part(application_name, '/', 1) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE 'worker%' LIMIT 1")) || undefined;

serial('a worker that is stopped while it can\'t finish what it has in hand need not be killed, and it is done once', async (t) => {
  const itemId = await createItem('given back');
  const free = await lock(platform, `SELECT 1 FROM items WHERE id = '${itemId}' FOR UPDATE`);
  t.teardown(free);
  // Not by the API, which would wait for the row as well.
  const jobId = crypto.randomUUID();
  await sql(platform, `INSERT INTO jobs (id, type, item_id) VALUES ('${jobId}', 'item.process', '${itemId}')`);
  await publish(platform, taskQueue, JSON.stringify({ type: 'item.process', jobId, itemId }));
  for (let time = 1; time <= 2; time += 1) {
    const worker = await eventually('a worker to have it in hand', 60_000, workerAtLock);
    t.is(await platform.exitCodeOfStop(worker), 0, `${worker} had to be killed`);
  }
  await free();
  await untilJob(jobId, 'done', (job) => job.state === 'done', 120_000);
  t.is(await processedCount(itemId), 1);
  await platform.untilHealthy(60_000);
});

serial('a job is followed by its request\'s id and trace from the request to its effect', async (t) => {
  const [requestId, traceparent] = [`trail-${crypto.randomUUID()}`, '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'];
  const jobId = await enqueue(await createItem('trail'), { headers: { 'x-request-id': requestId, traceparent } });
  await untilJob(jobId, 'done', (job) => job.state === 'done');
  const { stdout } = await platform.mustRun('logs', 'app_1', 'app_2', 'worker_1', 'worker_2', '--tail', '200');
  const lines = stdout.split('\n').filter((line) => line.includes(requestId) && line.includes(traceparent));
  const told = lines.map((line) => `${/"service":"(\w+)"/.exec(line)?.[1] ?? ''}: ${/"msg":"([^"]+)"/.exec(line)?.[1] ?? ''}`);
  t.deepEqual(told.sort(), ['api: job queued', 'api: request', 'worker: job'], stdout);
  t.true(lines.every((line) => line.includes(jobId)));
});

serial('a schema that a newer version has extended serves this one, replicas that start included', async (t) => {
  await sql(platform, "ALTER TABLE items ADD COLUMN later text DEFAULT 'x'; INSERT INTO knex_migrations (name, batch, migration_time) VALUES ('9999-later', 2, now())");
  await platform.mustRun('up', '-q', '--renew', 'app,worker');
  const itemId = await createItem('extended');
  await untilJob(await enqueue(itemId), 'done', (job) => job.state === 'done');
  t.is(await processedCount(itemId), 1);
  t.false('later' in jsonOf(await platform.https(`/items/${itemId}`)));
});

serial('housekeeping forgets what is done and old, sends again what lost its message, and keeps all else', async (t) => {
  await eventually('housekeeping', 100_000, async () => {
    const left = await sql(platform, "SELECT string_agg(request_id, ' ' ORDER BY request_id) FROM jobs WHERE request_id LIKE 'left-%'");
    const keys = await sql(platform, "SELECT string_agg(key, ' ') FROM idempotency_keys WHERE key LIKE 'left-%'");
    return left === 'left-failed left-stale left-yesterday' && keys === 'left-new' ? true : new Error(`jobs ${left}, keys ${keys}`);
  });
  await eventually('the job without a message', 60_000, async () =>
    (await sql(platform, "SELECT state FROM jobs WHERE request_id = 'left-stale'")) === 'done' ? true : undefined,
  );
  t.pass();
});

serial('schemathesis finds nothing wrong with any operation', async (t) => {
  await platform.untilHealthy(60_000);
  const args = [
    'run', `https://localhost:${platform.ports.https}/openapi.json`, '--tls-verify', join(platform.stateDirectory, 'ca/ca.crt'),
    '--max-examples', '25', '--max-time', '45', '--seed', '1', '--request-timeout', '20', '--no-color', '--suppress-health-check', 'all', '--generation-database', 'none',
  ];
  const script = join(import.meta.dirname, '../../scripts/schemathesis');
  const run = await execa(script, ['--config-file', join(import.meta.dirname, '_schemathesis.toml'), ...args], { cwd: platform.folder, reject: false, timeout: 300_000, all: true });
  t.is(run.exitCode, 0, run.all);
});

serial('up --scale adds replicas, and those too many finish their work before they go', async (t) => {
  const running = async () => {
    const containers = await platform.engine.listContainers({ project: platform.project });
    return containers.filter((one) => one.state === 'running').map((one) => one.name.slice(platform.project.length + 1)).filter((name) => /^(app|worker)_/.test(name)).sort();
  };
  await platform.mustRun('up', '-q', '--scale', 'app=3,worker=1');
  t.deepEqual(await running(), ['app_1', 'app_2', 'app_3', 'worker_1']);
  const { stderr } = await platform.mustRun('up');
  t.regex(stderr, /app_3: removed/);
  t.deepEqual(await running(), ['app_1', 'app_2', 'worker_1', 'worker_2']);
  for (const wrong of ['app=0', 'app=21', 'db=2', 'app']) t.is((await platform.run('up', '--scale', wrong)).exitCode, 2, wrong);
  t.is((await platform.run('up', '--renew', 'nobody')).exitCode, 2);
});

interface RollingUpdate {
  readonly drills: readonly { readonly result: { readonly verdict: string; readonly runs: readonly { readonly requests: { readonly sent: number; readonly failed: number } }[] } }[];
}

/** Over which a rolling update has to fail none. */
const leastRequests = 5000;

serial('a rolling update of every replica under load fails no request and loses no write', async (t) => {
  // Its drills may have to be repeated, each of which takes some minutes.
  t.timeout(1_800_000);
  const args = [...gently, '--writes', '4', '--timeout', '10s', '--max-downtime', '60s', '--json', '-q'];
  let sent = 0;
  // At a rate that a slow machine bears, one that is through with it quickly sends too few requests: it does it again.
  for (let time = 1; time <= 3 && sent < leastRequests; time += 1) {
    const { stdout, stderr } = await steadily(platform, ['drill', 'run', 'rolling-update', ...args]);
    const { drills } = JSON.parse(stdout) as RollingUpdate;
    t.deepEqual(drills.map(({ result }) => result.verdict), ['pass', 'pass'], `${stdout}\n${stderr}`);
    const requests = drills.flatMap(({ result }) => result.runs.map((run) => run.requests));
    t.is(requests.reduce((sum, { failed }) => sum + failed, 0), 0);
    sent += requests.reduce((sum, one) => sum + one.sent, 0);
  }
  t.true(sent >= leastRequests, `${sent} requests`);
});

serial('an update that changes how Traefik finds the replicas leaves clients a way to them all the time', async (t) => {
  // The same image by a name that says: too old to retry answers. So the replicas' labels are others.
  const older = 'traefik:v3.6-haplat-e2e';
  await docker('tag', 'traefik:v3', older);
  t.teardown(() => docker('rmi', older));
  await platform.configure(`${settings}\nloadBalancers: {image: '${older}'}`);
  await platform.mustRun('up', '-q');
  await platform.configure(settings);
  const statuses = await answersDuring(platform, platform.mustRun('up', '-q'));
  t.true(statuses.filter((status) => status === 200).length > 100);
  t.deepEqual(statuses.filter((status) => status !== 200 && status !== 0), []);
});
