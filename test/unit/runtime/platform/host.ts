import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readListeners } from '../../../../src/runtime/platform/host.ts';

test('who listens stands in the tables of the kernel, at whatever address; who is only connected does not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'haplat-proc-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  await writeFile(join(folder, 'tcp'), `${head}   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n   1: 0100007F:01BB 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 20 4 30 10 -1\n`);
  await writeFile(join(folder, 'tcp6'), `${head}   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0\n`);
  t.deepEqual([...(await readListeners(folder))].sort((a, b) => a - b), [22, 80]);
  t.is((await readListeners(join(folder, 'nowhere'))).size, 0);
});
