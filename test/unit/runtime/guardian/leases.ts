import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { Leases } from '../../../../src/runtime/guardian/leases.ts';
import { t0 } from './_states.ts';

const ttlMs = 15_000;
const hourMs = 3_600_000;
/** The two clocks at the same moment, the wall clock ahead by so much. */
const now = (afterMs: number, aheadMs = 0) => ({ steadyMs: t0 + afterMs, wallMs: t0 + afterMs + aheadMs });

async function folder() {
  const directory = await mkdtemp(path.join(tmpdir(), 'haplat-leases-'));
  return {
    directory,
    write: async (id: string, writtenAtMs: number) => {
      const file = path.join(directory, `${id}.json`);
      await writeFile(file, JSON.stringify({ id, kind: 'drill', targets: ['db'], ttlMs, holder: 'test' }));
      await utimes(file, writtenAtMs / 1000, writtenAtMs / 1000);
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

const expiries = (leases: readonly { id: string; expiresAtMs: number }[]) => leases.map(({ id, expiresAtMs }) => [id, expiresAtMs - t0]);

test('a lease runs out its time after it was written, which a renewal begins anew', async (t) => {
  await using at = await folder();
  const leases = new Leases(at.directory);
  await at.write('drill-1', t0 - 2000);
  t.deepEqual(expiries(await leases.read(now(0))), [['drill-1', 13_000]]);
  t.deepEqual(expiries(await leases.read(now(9000))), [['drill-1', 13_000]]);
  await at.write('drill-1', t0 + 10_000);
  t.deepEqual(expiries(await leases.read(now(11_000))), [['drill-1', 25_000]]);
});

test('a wall clock that is put right by an hour, either way, changes nothing for a lease that is there', async (t) => {
  await using at = await folder();
  for (const aheadMs of [hourMs, -hourMs]) {
    const leases = new Leases(at.directory);
    await at.write('drill-1', t0);
    await leases.read(now(0));
    t.deepEqual(expiries(await leases.read(now(1000, aheadMs))), [['drill-1', ttlMs]]);
    await at.write('drill-1', t0 + 5000 + aheadMs);
    t.deepEqual(expiries(await leases.read(now(5000, aheadMs))), [['drill-1', 20_000]]);
  }
});

test('one that is first seen when the clock has been put back is as good as new, and no better', async (t) => {
  await using at = await folder();
  await at.write('drill-1', t0 + hourMs);
  t.deepEqual(expiries(await new Leases(at.directory).read(now(0))), [['drill-1', ttlMs]]);
});

test('one that ran out is dropped, unless it has been renewed in the meantime', async (t) => {
  await using at = await folder();
  const leases = new Leases(at.directory);
  await at.write('drill-1', t0);
  await at.write('drill-2', t0);
  const all = await leases.read(now(20_000));
  await at.write('drill-2', t0 + 20_001);
  for (const lease of all) await leases.drop(lease, t0 + 20_001);
  t.deepEqual(expiries(await leases.read(now(20_002))), [['drill-2', 35_001]]);
});

test('what is no lease holds nothing, and goes when it is older than any lease', async (t) => {
  await using at = await folder();
  const leases = new Leases(at.directory);
  const file = path.join(at.directory, 'drill-1.json');
  await writeFile(file, 'half a');
  await utimes(file, t0 / 1000, t0 / 1000);
  t.deepEqual(await leases.read(now(1000)), []);
  await writeFile(path.join(at.directory, '.drill-1.7'), 'being written');
  await at.write('drill-2', t0);
  await leases.read(now(600_001));
  await t.throwsAsync(utimes(file, 1, 1), { code: 'ENOENT' });
});
