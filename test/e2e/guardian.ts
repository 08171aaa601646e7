import test from 'ava';
import { leaseClient } from '../../src/runtime/guardian/lease-client.ts';
import { readGuardianState } from '../../src/runtime/guardian/state-file.ts';
import { PlainContainers } from './_plain-containers.ts';

const pod = ['owner_1', 'member_1'];

test('every kind of death is healed, and a lease is respected', async (t) => {
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

  const ttlMs = 1500;
  const lease = await leaseClient(engine, containers.project).take({
    kind: 'drill', targets: ['db'], holder: 'test', ttlMs, required: true,
  });
  await engine.pauseContainer(containers.name('db'));
  t.deepEqual(await eventsWithin(2 * ttlMs, 'unpause'), [], 'a renewed lease outlasts its time to live');
  t.is((await containers.details('db')).state, 'paused');
  await lease.release();
  await t.notThrowsAsync(containers.well(['db']), 'released, it is looked after again');

  const state = await readGuardianState(engine, containers.name('guardian'));
  t.true((state?.services['db']?.deaths ?? 0) >= 1);
});
