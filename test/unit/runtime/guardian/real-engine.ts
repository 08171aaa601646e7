import test from 'ava';
import { leaseClient } from '../../../../src/runtime/guardian/lease-client.ts';
import { readGuardianState } from '../../../../src/runtime/guardian/state-file.ts';
import { Platform } from './_platform.ts';

const pod = ['owner_1', 'member_1'];

test('on a real Engine every kind of death is healed, and a lease is respected', async (t) => {
  t.timeout(150_000);
  await using platform = await Platform.start();
  if (platform === undefined) {
    t.log('skipped: no Engine with debian:trixie-slim');
    t.pass();
    return;
  }
  const { engine } = platform;
  const eventsWithin = async (ms: number, action: string): Promise<string[]> => {
    const seen: string[] = [];
    for await (const event of engine.events({ project: platform.project, signal: AbortSignal.timeout(ms) })) seen.push(event.action);
    return seen.filter((one) => one === action);
  };
  await platform.run('owner_1');
  await platform.run('member_1', 'owner_1');
  await platform.run('db');
  // Only a place for the lease files: the guardian itself runs in this test's process.
  await platform.run('guardian');
  await platform.well([...pod, 'db', 'guardian']);
  platform.guard();

  for (const victim of ['member_1', 'owner_1', 'db']) {
    const affected = victim === 'owner_1' ? pod : [victim];
    const before = Object.fromEntries(await Promise.all(affected.map(async (one) => [one, await platform.details(one)] as const)));
    await engine.killContainer(platform.name(victim));
    await t.notThrowsAsync(platform.well(affected, before), `${victim} comes back after docker kill`);
  }

  await engine.pauseContainer(platform.name('db'));
  await t.notThrowsAsync(platform.well(['db']), 'a paused container is unpaused');

  const before = { member_1: await platform.details('member_1') };
  await engine.exec(platform.name('member_1'), ['rm', '/tmp/well'], { timeoutMs: 5000 });
  await t.notThrowsAsync(platform.well(['member_1'], before), 'an unhealthy container is restarted');

  const ttlMs = 1500;
  const lease = await leaseClient(engine, platform.project).take({
    kind: 'drill', targets: ['db'], holder: 'test', ttlMs, required: true,
  });
  await engine.pauseContainer(platform.name('db'));
  t.deepEqual(await eventsWithin(2 * ttlMs, 'unpause'), [], 'a renewed lease outlasts its time to live');
  t.is((await platform.details('db')).state, 'paused');
  await lease.release();
  await t.notThrowsAsync(platform.well(['db']), 'released, it is looked after again');

  const state = await readGuardianState(engine, platform.name('guardian'));
  t.true((state?.services['db']?.deaths ?? 0) >= 1);
});
