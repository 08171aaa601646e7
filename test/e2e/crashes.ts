import test from 'ava';
import fc from 'fast-check';
import { applicationOf } from './_application.ts';
import { jsonOf } from './_http.ts';
import { sql } from './_inside.ts';
import { eventually, Platform } from './_platform.ts';

const serial = test.serial;
let platform: Platform;
const { createItem, processedCount } = applicationOf(() => platform);

test.before(async () => {
  platform = await Platform.create({ project: 'e2e-crash', number: 31, yaml: 'netdata: {enabled: false}' });
  await platform.mustRun('up', '-q');
});
test.afterEach.always(async (t) => {
  if (!t.passed) for (const repair of await platform.repairs()) t.log(repair);
});
test.after.always(async () => {
  await platform.dispose();
});

serial('a change that a frozen replica may have is not made by another, a read is answered by one', async (t) => {
  const itemId = await createItem('frozen');
  const ask = async (method: 'GET' | 'PUT') =>
    (await platform.https(`/items/${itemId}`, { method, ...(method === 'PUT' && { body: { name: 'changed' } }), timeoutMs: 20_000 })).status;
  await platform.killProcessOne('app_1', 'SIGSTOP');
  const all = (method: 'GET' | 'PUT') => Promise.all(Array.from({ length: 6 }, () => ask(method)));
  try {
    const [changes, reads] = await Promise.all([all('PUT'), all('GET')]);
    t.deepEqual([...new Set(changes)].sort(), [200, 504]);
    t.deepEqual([...new Set(reads)], [200]);
  } finally {
    await platform.killProcessOne('app_1', 'SIGCONT');
  }
  await platform.untilHealthy(60_000);
});

const victims = ['app_1', 'app_2', 'worker_1', 'worker_2', 'rabbitmq', 'db'] as const;

serial('whatever dies in the middle, each job that was asked for has its effect exactly once', async (t) => {
  const steps = fc.array(fc.record({ victim: fc.constantFrom(...victims), jobs: fc.integer({ min: 5, max: 15 }) }), { minLength: 2, maxLength: 4 });
  const seen = { accepted: 0, unanswered: 0, killed: 0 };
  const property = fc.asyncProperty(steps, async (plan) => {
    const itemId = await createItem('crashes');
    /** Under each key of a request the job that was accepted; none where no answer came. */
    const asked = new Map<string, string | undefined>();
    const ask = async (key: string) => {
      const headers = { 'idempotency-key': key };
      const answer = await platform.https(`/items/${itemId}/process`, { method: 'POST', headers, timeoutMs: 20_000 }).catch(() => undefined);
      return answer?.status === 202 ? String(jsonOf(answer)['jobId']) : undefined;
    };
    for (const { victim, jobs } of plan) {
      const asking = Array.from({ length: jobs }, async () => {
        const key = crypto.randomUUID();
        asked.set(key, await ask(key));
      });
      // One that is just being started again can't be killed.
      await platform.killProcessOne(victim).then(() => { seen.killed += 1; }, () => undefined);
      await Promise.all(asking);
    }
    await platform.untilHealthy(90_000);
    // Who had no answer asks again, as clients do, and so do the others: each key is one job, whatever became of the first try.
    for (const [key, before] of asked) {
      const now = await eventually('an answer', 30_000, async () => (await ask(key)) ?? new Error('none yet'));
      if (before === undefined) seen.unanswered += 1;
      else t.is(now, before, JSON.stringify(plan));
      asked.set(key, now);
    }
    await eventually('all jobs to be done', 90_000, async () => {
      const left = await sql(platform, "SELECT count(*) FROM jobs WHERE state <> 'done'");
      return left === '0' ? true : new Error(`${left} are not`);
    });
    const jobs = await sql(platform, `SELECT string_agg(id::text, ' ' ORDER BY id::text) FROM jobs WHERE item_id = '${itemId}' AND state = 'done'`);
    t.deepEqual(jobs.split(' '), [...asked.values()].map(String).sort(), JSON.stringify(plan));
    t.is(Number(await processedCount(itemId)), asked.size, JSON.stringify(plan));
    seen.accepted += asked.size;
  });
  await fc.assert(property, { numRuns: 3, endOnFailure: true, includeErrorInReport: true });
  t.log(seen);
  t.true(seen.accepted > 0 && seen.killed > 0, JSON.stringify(seen));
});
