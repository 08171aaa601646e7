import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ensureCertificates } from '../../../../src/runtime/certs/ensure-certificates.ts';
import { readTrust } from '../../../../src/runtime/certs/trust.ts';
import { OperationError } from '../../../../src/runtime/errors.ts';
import { bringOwn } from './_own-certificate.ts';
import { vip, withState } from './_state.ts';

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
      const inUse = await readFile(own.certFile, 'utf8');
      await bringOwn(options, ['later.example.com']);
      t.deepEqual(await readTrust(own), { ca: inUse, ...serverName });
    });
  });
}

test('what counts is the certificate in use, whatever authority is there', async (t) => {
  await withState(async (options) => {
    await ensureCertificates(options);
    const own = await bringOwn(options, ['shop.example.com']);
    await ensureCertificates(own);
    t.is((await readTrust(options)).serverName, 'shop.example.com');
    await ensureCertificates(options);
    t.deepEqual(await readTrust(own), { ca: await readFile(join(options.stateDirectory, 'ca/ca.crt'), 'utf8') });
  });
});

test('without any there is nothing to trust, and that says what to do', async (t) => {
  await withState(async (options) => {
    const error = await t.throwsAsync(readTrust(options), { instanceOf: OperationError });
    t.is(error.remedy, 'run "haplat up" first');
  });
});
