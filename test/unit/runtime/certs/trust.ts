import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ensureCertificates, type CertificateOptions } from '../../../../src/runtime/certs/ensure-certificates.ts';
import { readTrust } from '../../../../src/runtime/certs/trust.ts';
import { OperationError } from '../../../../src/runtime/errors.ts';
import { bringOwn } from './_own-certificate.ts';

const vip = '172.20.0.100';

async function withState(action: (options: CertificateOptions) => Promise<void>): Promise<void> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'haplat-trust-'));
  try {
    await action({ source: 'haplat.yaml', stateDirectory, project: 'p', owner: { uid: 10001, gid: 10001 }, vip, names: [], days: 397 });
  } finally {
    await rm(stateDirectory, { recursive: true });
  }
}

test('ours is trusted by its authority, under the virtual address', async (t) => {
  await withState(async (options) => {
    await ensureCertificates(options);
    t.deepEqual(await readTrust(options), { ca: await readFile(join(options.stateDirectory, 'ca/ca.crt'), 'utf8') });
  });
});

for (const [names, serverName] of [
  [['shop.example.com', 'www.example.com'], { serverName: 'shop.example.com' }],
  [['*.example.com'], { serverName: 'haplat-drill.example.com' }],
  [['shop.example.com', vip], {}],
  [['198.51.100.7'], { serverName: '198.51.100.7' }],
] as const) {
  test(`the user's own for ${names.join(' and ')} is trusted itself, the one in use and not one that waits for the next up`, async (t) => {
    await withState(async (options) => {
      const own = await bringOwn(options, names);
      await ensureCertificates(own);
      const inUse = await readFile(own.certFile ?? '', 'utf8');
      await bringOwn(options, ['later.example.com']);
      t.deepEqual(await readTrust(own), { ca: inUse, ...serverName });
    });
  });
}

test('without any there is nothing to trust, and that says what to do', async (t) => {
  await withState(async (options) => {
    for (const wanted of [options, { ...options, certFile: 'a', keyFile: 'b' }]) {
      const error = await t.throwsAsync(readTrust(wanted), { instanceOf: OperationError });
      t.is(error.remedy, 'run "haplat up" first');
    }
  });
});
