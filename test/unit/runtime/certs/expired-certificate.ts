import { X509Certificate } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { describeCertificate, isIssuedBy, isKeyOf } from '../../../../src/runtime/certs/describe-certificate.ts';
import { ensureCertificates, listCertificates, type CertificateOptions } from '../../../../src/runtime/certs/ensure-certificates.ts';
import { issueExpired } from '../../../../src/runtime/certs/expired-certificate.ts';
import { bringOwn } from './_own-certificate.ts';
import { withState } from './_state.ts';

async function hasOnlyItsDateWrong(t: ExecutionContext, options: CertificateOptions): Promise<string> {
  const { pair, authority } = await issueExpired(options);
  const info = describeCertificate('', pair.certificate, new Date());
  t.true(info.daysLeft < 0);
  t.true(info.names.includes('172.20.0.100'));
  t.true(isIssuedBy(pair.certificate, authority));
  t.true(isKeyOf(pair.certificate, pair.key));
  t.is(new Date(new X509Certificate(authority).validTo) > new Date(), true);
  t.false(pair.certificate.includes(authority), 'who trusts the authority has it');
  return authority;
}

test('nothing is wrong with an expired certificate but its date, and the one in use stays as it is', async (t) => {
  await withState(async (options) => {
    await ensureCertificates(options);
    const before = await listCertificates(options);
    const authority = await hasOnlyItsDateWrong(t, options);
    t.is(before[1]?.fingerprint256, new X509Certificate(authority).fingerprint256);
    t.deepEqual(await listCertificates(options), before);
  });
});

test('where the certificate is the user’s own and there is no authority, one is made up and forgotten', async (t) => {
  await withState(async (options) => {
    const own = await bringOwn(options, ['shop.example.com']);
    await ensureCertificates(own);
    const before = await readdir(options.stateDirectory, { recursive: true });
    await hasOnlyItsDateWrong(t, own);
    const { pair } = await issueExpired(own);
    t.true(describeCertificate('', pair.certificate, new Date()).names.includes('shop.example.com'), 'whom clients ask for');
    t.deepEqual(await readdir(options.stateDirectory, { recursive: true }), before);
  });
});
