import { firstIdAt } from '../../src/app/outbox/housekeeping.ts';
import { jsonOf, type Answer, type RequestOptions } from './_http.ts';
import { sql } from './_inside.ts';
import { eventually, type Platform } from './_platform.ts';

export interface JobDocument {
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

/** What tests ask of the application again and again: items through the API, jobs through the command line. */
export function applicationOf(platform: () => Platform) {
  const createItem = async (name: string): Promise<string> => {
    const answer = await platform().https('/items', { method: 'POST', body: { name } });
    if (answer.status !== 201) throw new Error(answer.text);
    return String(jsonOf(answer)['id']);
  };
  const enqueue = async (itemId: string, options: Omit<RequestOptions, 'ca'> = {}): Promise<string> => {
    const answer = await platform().https(`/items/${itemId}/process`, { method: 'POST', ...options });
    if (answer.status !== 202) throw new Error(answer.text);
    return String(jsonOf(answer)['jobId']);
  };
  /** The pages from this path on, as their links lead: ids of items, and how long each answer was. */
  const walk = async (from: string): Promise<{ readonly ids: readonly string[]; readonly length: number; readonly isLast: boolean }[]> => {
    const pages = [];
    for (let path = from; path !== ''; ) {
      const { text, headers } = await platform().https(path);
      const { items, nextCursor } = JSON.parse(text) as { items: { id: string }[]; nextCursor: string | null };
      pages.push({ ids: items.map(({ id }) => id), length: text.length, isLast: nextCursor === null });
      path = /<(?<next>[^>]+)>; rel="next"/.exec(String(headers['link'] ?? ''))?.groups?.['next'] ?? '';
    }
    return pages;
  };
  const jobOf = async (id: string) => (await platform().json<{ job: JobDocument }>('jobs', 'show', id)).job;
  const untilJob = (id: string, what: string, holds: (job: JobDocument) => boolean, withinMs = 60_000) =>
    eventually(`job ${id} to be ${what}`, withinMs, async () => {
      const job = await jobOf(id);
      return holds(job) ? job : new Error(JSON.stringify(job));
    });
  const processedCount = async (itemId: string) => jsonOf(await platform().https(`/items/${itemId}`))['processedCount'];
  const drain = (...args: string[]) => platform().json<Drained>('jobs', 'drain-dlq', ...args);
  /** Makes every change of items with this name fail, as a defect of the worker would. */
  const breakItems = async (name: string): Promise<() => Promise<unknown>> => {
    await sql(platform(), `CREATE OR REPLACE FUNCTION test_break() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.name = '${name}' AND NEW.status = 'processed' THEN RAISE EXCEPTION 'broken on purpose'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER test_break BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION test_break();`);
    return () => sql(platform(), 'DROP TRIGGER IF EXISTS test_break ON items');
  };
  /** Makes every new item, and every effect on one, fail as it does when the database's disk is full. */
  const leaveNoRoom = async (): Promise<() => Promise<unknown>> => {
    await sql(platform(), `CREATE OR REPLACE FUNCTION test_full() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$;
      CREATE TRIGGER test_full BEFORE INSERT OR UPDATE ON items FOR EACH ROW WHEN (NEW.status <> 'processing') EXECUTE FUNCTION test_full();`);
    return () => sql(platform(), 'DROP TRIGGER IF EXISTS test_full ON items');
  };
  /** Jobs of a month ago, done then or yesterday or failed, one that lost its message, and two idempotency keys. */
  const leaveOldThings = async (): Promise<void> => {
    const itemId = await createItem('left');
    const job = (what: string, days: number, state: string, finished: string) =>
      `INSERT INTO jobs (id, type, item_id, state, request_id, updated_at, finished_at)
       VALUES ('${firstIdAt(Date.now() - days * 86_400_000)}', 'item.process', '${itemId}', '${state}', 'left-${what}', now() - interval '${days} days', ${finished});`;
    await sql(platform(), [
      job('done', 31, 'done', "now() - interval '31 days'"),
      job('failed', 32, 'failed', "now() - interval '32 days'"),
      job('yesterday', 33, 'done', "now() - interval '1 day'"),
      job('stale', 1, 'queued', 'NULL'),
      `INSERT INTO idempotency_keys (key, operation, request_hash, created_at)
       VALUES ('left-old', 'test', '', now() - interval '25 hours'), ('left-new', 'test', '', now());`,
    ].join('\n'));
  };
  return { breakItems, createItem, drain, enqueue, leaveNoRoom, leaveOldThings, processedCount, untilJob, walk };
}

/** What became of the reads that went on, one after the other and each on a connection of its own, while something was done. */
export async function readsDuring(platform: Platform, work: () => Promise<unknown>): Promise<{ readonly succeeded: number; readonly failed: readonly string[] }> {
  const failed: string[] = [];
  let succeeded = 0;
  const stop = new AbortController();
  const reading = (async () => {
    while (!stop.signal.aborted) {
      await platform.https('/items?limit=1').then(
        (answer) => { if (answer.status === 200) succeeded += 1; else failed.push(`${answer.status} ${answer.text}`); },
        (error: unknown) => failed.push(String(error)),
      );
    }
  })();
  try {
    await work();
  } finally {
    stop.abort();
    await reading;
  }
  return { succeeded, failed };
}

/** Answers to four clients that write for as long as `work` goes on, which is given what was acknowledged so far. */
export async function writesDuring(platform: Platform, work: (acknowledged: readonly string[]) => Promise<unknown>) {
  const acknowledged: string[] = [];
  const statuses = new Set<number>();
  const slow: string[] = [];
  const stop = new AbortController();
  const client = async () => {
    while (!stop.signal.aborted) {
      const startedAtMs = performance.now();
      const answer = await platform.https('/items', { method: 'POST', body: { name: 'under load' }, timeoutMs: 20_000 });
      statuses.add(answer.status);
      if (answer.status === 201) acknowledged.push(String(jsonOf(answer)['id']));
      // A second is what is promised; what a busy machine adds to it is not the API's.
      if (performance.now() - startedAtMs > 5000) slow.push(`${answer.status} after ${Math.round(performance.now() - startedAtMs)} ms`);
    }
  };
  const clients = Array.from({ length: 4 }, client);
  try {
    await work(acknowledged);
  } finally {
    stop.abort();
    await Promise.allSettled(clients);
  }
  await Promise.all(clients);
  return { acknowledged, statuses, slow };
}

/** What `crowd.ts` prints. */
export interface Crowd {
  readonly alive: { readonly status: number; readonly ms: number };
  readonly answers: readonly { readonly status: number; readonly retryAfter?: string; readonly ms: number }[];
}

/** What clients who ask one after the other are answered while `work` goes on. */
export async function answersDuring(platform: Platform, work: Promise<unknown>): Promise<number[]> {
  const statuses: number[] = [];
  const end = new AbortController();
  const over = work.finally(() => { end.abort(); });
  // Connections may break: the load balancers are replaced as well, and that is not what is asked here.
  while (!end.signal.aborted) statuses.push((await platform.https('/items?limit=1').catch(() => ({ status: 0 }))).status);
  await over;
  return statuses;
}

/** That clients who ask twenty times at once are answered otherwise than they should be; undefined where they are not. */
export async function whyOtherwise(ask: () => Promise<Answer>, isExpected: (status: number) => boolean): Promise<Error | undefined> {
  const statuses = (await Promise.all(Array.from({ length: 20 }, ask))).map(({ status }) => status);
  return statuses.every(isExpected) ? undefined : new Error(`answered with ${statuses.join()}`);
}

/** What nobody starts again until `up`. */
export async function stopForGood(platform: Platform, service: string): Promise<void> {
  await platform.stopGuardians();
  await platform.engine.stopContainer(platform.container(service), { graceMs: 10_000 });
}
