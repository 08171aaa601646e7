import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { decide } from '../../../../src/runtime/guardian/decide.ts';
import type { Memory } from '../../../../src/runtime/guardian/model.ts';
import { died, settled } from '../../../../src/runtime/guardian/remember.ts';
import { StateFile, toGuardianState } from '../../../../src/runtime/guardian/state-file.ts';
import { t0, watched } from './_states.ts';

test('a container that has to wait for its next start is said to be backed off, until when and why', (t) => {
  const dead = [watched('app_1', { state: 'exited' })];
  let memory: Memory = decide(dead, new Map(), [], t0).memory;
  for (const now of [t0 + 100, t0 + 5000, t0 + 15_000]) {
    memory = settled(decide(dead, memory, [], now).memory, { verb: 'start', service: 'app_1' }, 'done', now);
  }
  const state = toGuardianState(dead, memory, t0 + 15_001).services['app_1'];
  t.true(state?.backedOff);
  t.is(state?.repairs, 3);
  t.is(state?.lastReason, 'is exited');
  t.true((state?.backedOffUntilMs ?? 0) > t0 + 18_000);
});

test('a container that the Engine restarts over and over is backed off too', (t) => {
  const restarting = [watched('app_1', { state: 'restarting' })];
  let memory: Memory = decide(restarting, new Map(), [], t0).memory;
  for (const at of [1, 2, 3, 4]) memory = died(memory, 'app_1', t0 + at);
  t.true(toGuardianState(restarting, memory, t0 + 5).services['app_1']?.backedOff);
  const later = decide(restarting, memory, [], t0 + 400_000).memory;
  t.is(toGuardianState(restarting, later, t0 + 400_000).services['app_1'], undefined);
});

test('nothing is said of what never gave trouble', (t) => {
  const well = [watched('app_1')];
  t.deepEqual(toGuardianState(well, decide(well, new Map(), [], t0).memory, t0).services, {});
});

test('what was written can be read again; what is missing or broken is nothing', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'haplat-state-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const incidents = new Map([['app_1', [{ at: new Date(t0).toISOString(), what: 'was ended by SIGKILL' }]]]);
  const state = toGuardianState([], new Map(), t0, incidents);
  t.is(await new StateFile(directory).read(), undefined);
  await new StateFile(directory).write(state);
  t.deepEqual(await new StateFile(directory).read(), state);
  await writeFile(join(directory, 'state.json'), '{"schema":');
  t.is(await new StateFile(directory).read(), undefined);
});
