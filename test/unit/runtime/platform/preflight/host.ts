import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readListeners } from '../../../../../src/runtime/platform/preflight/host.ts';

test('who listens, and where, stands in the tables of the kernel; who is only connected does not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'haplat-proc-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  await writeFile(join(folder, 'tcp'), `${head}   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n   1: 0A01A8C0:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0\n   2: 0100007F:01BB 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 2 1 0 20 4 30 10 -1\n`);
  await writeFile(join(folder, 'tcp6'), `${head}   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0\n   1: 0000000000000000FFFF00000100007F:0019 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4 1 0 100 0 0 10 0\n   2: 000080FE00000000FF000250FE010203:0035 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 5 1 0 100 0 0 10 0\n`);
  t.deepEqual(await readListeners(folder), [{ address: '*', port: 80 }, { address: '192.168.1.10', port: 443 }, { address: '*', port: 22 }, { address: '127.0.0.1', port: 25 }, { address: '', port: 53 }]);
  t.deepEqual(await readListeners(join(folder, 'nowhere')), []);
});
