import test from 'ava';
import { jsonOf, type RequestOptions } from './_http.ts';
import { publish, sql } from './_inside.ts';
import { eventually, Platform } from './_platform.ts';

const serial = test.serial;
const taskQueue = 'task_queue';
let platform: Platform;

interface JobDocument {
  readonly jobId: string;
  readonly itemId: string;
  readonly state: string;
  readonly attempts: number;
  readonly error: string | null;
}
interface Drained {
  readonly letters: readonly { readonly jobId: string | null; readonly reason: string; readonly action: string; readonly content: string | null }[];
  readonly left: number;
}

test.before(async () => {
  platform = await Platform.create({ project: 'app5-e2e', number: 28, yaml: 'netdata: {enabled: false}' });
  await platform.mustRun('up', '-q');
});
test.after.always(async () => {
  await platform.dispose();
});

async function createItem(name: string): Promise<string> {
  const answer = await platform.https('/items', { method: 'POST', body: { name } });
  if (answer.status !== 201) throw new Error(answer.text);
  return String(jsonOf(answer)['id']);
}

async function enqueue(itemId: string, options: Omit<RequestOptions, 'ca'> = {}): Promise<string> {
  const answer = await platform.https(`/items/${itemId}/process`, { method: 'POST', ...options });
  if (answer.status !== 202) throw new Error(answer.text);
  return String(jsonOf(answer)['jobId']);
}

const jobOf = async (id: string) => (await platform.json<{ job: JobDocument }>('jobs', 'show', id)).job;
const untilJob = (id: string, what: string, holds: (job: JobDocument) => boolean, withinMs = 60_000) =>
  eventually(`job ${id} to be ${what}`, withinMs, async () => {
    const job = await jobOf(id);
    return holds(job) ? job : new Error(JSON.stringify(job));
  });
const processedCount = async (itemId: string) => jsonOf(await platform.https(`/items/${itemId}`))['processedCount'];
const drain = (...args: string[]) => platform.json<Drained>('jobs', 'drain-dlq', ...args);

/** Makes every change of items with this name fail, as a defect of the worker would. */
async function breakItems(name: string): Promise<() => Promise<unknown>> {
  await sql(platform, `CREATE OR REPLACE FUNCTION test_break() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NEW.name = '${name}' AND NEW.status = 'processed' THEN RAISE EXCEPTION 'broken on purpose'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER test_break BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION test_break();`);
  return () => sql(platform, 'DROP TRIGGER IF EXISTS test_break ON items');
}

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
  await eventually('the dead letter', 10_000, async () =>
    (await platform.json<{ deadLetters: number }>('jobs')).deadLetters >= 1 ? true : undefined,
  );
  await mend();
  t.regex((await platform.mustRun('jobs', 'retry', jobId)).stdout, /back in the queue/);
  await untilJob(jobId, 'done', (job) => job.state === 'done');
  t.is(await processedCount(itemId), 1);
  const again = await platform.run('jobs', 'retry', jobId);
  t.is(again.exitCode, 1, again.stdout);
  t.true((await drain()).letters.some((letter) => letter.jobId === jobId && letter.action === 'stale'));
});

serial('messages that no worker can read go to the dead-letter queue with the reason, and others go on', async (t) => {
  const unknown = { type: 'no_such_type', jobId: crypto.randomUUID(), itemId: crypto.randomUUID() };
  await publish(platform, taskQueue, 'no JSON at all');
  await publish(platform, taskQueue, JSON.stringify(unknown));
  await publish(platform, taskQueue, Buffer.alloc(100_000, 0x20));
  const itemId = await createItem('after poison');
  await untilJob(await enqueue(itemId), 'done', (job) => job.state === 'done');
  await eventually('three dead letters', 20_000, async () => {
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

serial('what is no job is refused or said', async (t) => {
  t.is((await platform.run('jobs', 'show', '17')).exitCode, 2);
  t.is((await platform.run('jobs', 'ls', '--state', 'lost')).exitCode, 2);
  t.is((await platform.run('jobs', 'ls', '--limit', '0')).exitCode, 2);
  const absent = await platform.run('jobs', 'show', crypto.randomUUID());
  t.is(absent.exitCode, 1);
  t.regex(absent.stderr, /^error: there is no job .*\n {2}→ /m);
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

serial('a rolling update of every replica under load fails no request and loses no write', async (t) => {
  await platform.untilHealthy(60_000);
  const args = ['--timeout', '10s', '--max-downtime', '60s', '--json', '-q'];
  const { stdout, stderr } = await platform.run('drill', 'run', 'rolling-update', ...args);
  const { drills } = JSON.parse(stdout) as { drills: { result: { verdict: string; reasons: string[]; runs: { requests: { sent: number; failed: number } }[] } }[] };
  t.deepEqual(drills.map(({ result }) => result.verdict), ['pass', 'pass'], `${stdout}\n${stderr}`);
  const requests = drills.flatMap(({ result }) => result.runs.map((run) => run.requests));
  t.is(requests.reduce((sum, { failed }) => sum + failed, 0), 0);
  t.true(requests.reduce((sum, { sent }) => sum + sent, 0) >= 5000);
});
