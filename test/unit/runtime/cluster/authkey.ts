import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { authkeyIsTold, ensureAuthkey, hasOtherAuthkey, replaceAuthkey } from '../../../../src/runtime/cluster/authkey.ts';

const [first, second] = [randomBytes(256), randomBytes(256)];

async function stateOf(t: ExecutionContext): Promise<{ readonly state: string; readonly key: () => Promise<Buffer> }> {
  const state = await mkdtemp(join(tmpdir(), 'haplat-key-'));
  t.teardown(() => rm(state, { recursive: true }));
  return { state, key: () => readFile(join(state, 'cluster/authkey')) };
}

test('a key of one\'s own is put where nodes read it, and the first is nobody\'s to be told of', async (t) => {
  const { state, key } = await stateOf(t);
  t.is(await ensureAuthkey(state, first), undefined);
  t.true((await key()).equals(first));
  t.false(await hasOtherAuthkey(state, first));
  t.false(await hasOtherAuthkey(state, undefined));
});

test('another one is to be told of until it is said to be known, whoever was killed in between, or failed', async (t) => {
  const { state, key } = await stateOf(t);
  await ensureAuthkey(state, first);
  t.true(await hasOtherAuthkey(state, second));
  // Killed before anybody was told.
  t.truthy(await ensureAuthkey(state, second));
  t.true(await hasOtherAuthkey(state, second));
  const restore = await ensureAuthkey(state, second);
  t.truthy(restore);
  // Nobody took it.
  await restore?.();
  t.true(await hasOtherAuthkey(state, second));
  t.truthy(await ensureAuthkey(state, second));
  await authkeyIsTold(state);
  t.true((await key()).equals(second));
  t.false(await hasOtherAuthkey(state, second));
  t.is(await ensureAuthkey(state, second), undefined);
});

test('a key that was rotated is to be told of as well, should whoever rotated it be killed', async (t) => {
  const { state, key } = await stateOf(t);
  await ensureAuthkey(state, undefined);
  const made = await key();
  t.false(await hasOtherAuthkey(state, undefined));
  await replaceAuthkey(state);
  const rotated = await key();
  t.false(rotated.equals(made));
  t.true(await hasOtherAuthkey(state, undefined));
  t.truthy(await ensureAuthkey(state, undefined));
  t.true((await key()).equals(rotated));
  await authkeyIsTold(state);
  t.is(await ensureAuthkey(state, undefined), undefined);
});

test('what could not be told of is put back', async (t) => {
  const { state, key } = await stateOf(t);
  await ensureAuthkey(state, first);
  const restore = await ensureAuthkey(state, second);
  await restore?.();
  t.true((await key()).equals(first));
});
