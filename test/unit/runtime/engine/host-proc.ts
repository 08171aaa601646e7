import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readHostProc } from '../../../../src/runtime/engine/host-proc.ts';

const id = 'a1'.repeat(32);
let proc = '';

test.before(async () => {
  proc = await mkdtemp(join(tmpdir(), 'haplat-proc-'));
  await mkdir(join(proc, '42/net'), { recursive: true });
  await writeFile(join(proc, '42/net/fib_trie'), 'Main:');
  await writeFile(join(proc, '42/cgroup'), `0::/system.slice/docker-${id}.scope\n`);
});
test.after.always(() => rm(proc, { recursive: true, force: true }));

test('a file of the process that is the container\'s is read', async (t) => {
  t.is(await readHostProc({ id, pid: 42 }, 'net/fib_trie', proc), 'Main:');
});

test('what the same number means on another machine is not taken for it', async (t) => {
  t.is(await readHostProc({ id: 'b2'.repeat(32), pid: 42 }, 'net/fib_trie', proc), undefined);
});

test('nothing is read where there is no such process, or it does not run', async (t) => {
  t.is(await readHostProc({ id, pid: 43 }, 'net/fib_trie', proc), undefined);
  t.is(await readHostProc({ id, pid: 0 }, 'net/fib_trie', proc), undefined);
});
