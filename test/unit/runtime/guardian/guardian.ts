import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { labels } from '../../../../src/runtime/engine/labels.ts';
import { Guardian } from '../../../../src/runtime/guardian/guardian.ts';
import { waitUntil } from '../../../../src/runtime/wait-until.ts';

const dead = {
  Id: 'a', Names: ['/p-db'], State: 'exited', Status: 'Exited (137)', Created: 0, Image: 'image:1', ImageID: 'i', Mounts: [], Ports: [],
  Labels: { [labels.project]: 'p', [labels.service]: 'db' }, NetworkSettings: { Networks: {} },
};

/** A guardian of one dead container, on an Engine that lists it, follows events and notes starts. */
async function guarding(t: ExecutionContext) {
  const directory = await mkdtemp(path.join(tmpdir(), 'haplat-guardian-'));
  const counts = { looks: 0, starts: 0 };
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    if (url.includes('/events')) response.writeHead(200).flushHeaders();
    else if (url.includes('/start')) {
      counts.starts += 1;
      response.writeHead(204).end();
    } else {
      counts.looks += 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify([dead]));
    }
  }).listen(path.join(directory, 'engine.sock'));
  await once(server, 'listening');
  const stop = new AbortController();
  const told: string[] = [];
  const settings = { project: 'p', sockets: [path.join(directory, 'engine.sock')], stateDirectory: path.join(directory, 'state'), service: 'guardian', port: 0 };
  const guardian = new Guardian(settings, (_level, event) => told.push(String(event['event'])));
  const begin = () => {
    const running = guardian.run(stop.signal);
    t.teardown(async () => {
      stop.abort();
      server.closeAllConnections();
      server.close();
      await running;
      await rm(directory, { recursive: true });
    });
  };
  const started = () => waitUntil(() => Promise.resolve(counts.starts > 0 ? true : undefined), { timeoutMs: 10_000, pollMs: 20 });
  return { begin, started, counts, told, stateDirectory: settings.stateDirectory };
}

test('where the state can\'t be written the guardian heals all the same, in its own time, and says so once', async (t) => {
  const { begin, started, counts, told, stateDirectory } = await guarding(t);
  await mkdir(path.join(stateDirectory, 'state.json.new'), { recursive: true });
  begin();
  t.true(await started());
  const before = counts.looks;
  await pause(1500);
  t.true(counts.looks - before < 10, `${counts.looks - before} looks`);
  t.is(told.filter((event) => event === 'state-unwritten').length, 1);
  t.false(told.includes('engine-silent'));
});

/** A guardian that has seen a lease on its container, and whose leases have been moved away since. */
async function withoutLeases(t: ExecutionContext, ttlMs: number) {
  const guarded = await guarding(t);
  const leases = path.join(guarded.stateDirectory, 'leases');
  await mkdir(leases, { recursive: true });
  await writeFile(path.join(leases, 'drill-1.json'), JSON.stringify({ id: 'drill-1', kind: 'drill', targets: ['db'], ttlMs, holder: 'test' }));
  guarded.begin();
  await waitUntil(async () => ((await readdir(guarded.stateDirectory)).includes('state.json') ? true : undefined), { timeoutMs: 10_000, pollMs: 20 });
  const elsewhere = `${leases}-elsewhere`;
  await rename(leases, elsewhere);
  await waitUntil(() => Promise.resolve(guarded.told.includes('leases-unread') ? true : undefined), { timeoutMs: 20_000, pollMs: 20 });
  return { ...guarded, elsewhere };
}

test('leases that can\'t be read any more are those that are known', async (t) => {
  const { counts, told, elsewhere } = await withoutLeases(t, 600_000);
  for (const name of ['first', 'second']) {
    const before = counts.looks;
    // The folder is still watched, by whatever name: a change has the guardian look.
    await writeFile(path.join(elsewhere, name), '');
    t.true(await waitUntil(() => Promise.resolve(counts.looks > before ? true : undefined), { timeoutMs: 20_000, pollMs: 20 }));
  }
  t.is(counts.starts, 0);
  t.is(told.filter((event) => event === 'leases-unread').length, 1);
  t.false(told.includes('engine-silent'));
});

test('and run out in their time', async (t) => {
  const { started } = await withoutLeases(t, 1000);
  t.true(await started());
});
