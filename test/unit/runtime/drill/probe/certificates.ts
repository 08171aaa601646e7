import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { createAuthority, issueLeaf, type CertificateAndKey } from '../../../../../src/runtime/certs/authority.ts';
import { createAgent, type Trusted } from '../../../../../src/runtime/drill/probe/agent.ts';
import { exchange } from '../../../../../src/runtime/drill/probe/request.ts';

const dayMs = 86_400_000;

/** What a client of that trust is told by a server that has the certificate. */
async function asked({ certificate, key }: CertificateAndKey, trusted: Trusted): Promise<string> {
  const server = createServer({ cert: certificate, key }, (_request, response) => response.end()).listen(0, '127.0.0.1');
  await new Promise((resolve) => { server.once('listening', resolve); });
  try {
    const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return (await exchange({ url, agent: createAgent(url, 'fresh', trusted), timeoutMs: 5000, connectTimeoutMs: 5000 })).error;
  } finally {
    server.close();
  }
}

const authority = createAuthority('a', new Date());
const leaf = async (names: readonly string[], issuedAgoMs = 0) => issueLeaf(await authority, { names, days: 1, now: new Date(Date.now() - issuedAgoMs) });

test('a certificate of a trusted authority is good for the address in it', async (t) => {
  t.is(await asked(await leaf(['127.0.0.1']), { ca: (await authority).certificate, serverName: undefined }), '');
});

test('one whose issuer is not at hand is good if it is trusted itself, under its name', async (t) => {
  const own = await leaf(['shop.example.com']);
  t.is(await asked(own, { ca: own.certificate, serverName: 'shop.example.com' }), '');
  t.is(await asked(own, { ca: own.certificate, serverName: 'www.example.com' }), 'ERR_TLS_CERT_ALTNAME_INVALID');
  t.is(await asked(own, { ca: own.certificate, serverName: undefined }), 'ERR_TLS_CERT_ALTNAME_INVALID');
});

test('an address or a name that is not in it is refused, one that a wildcard covers is not', async (t) => {
  const elsewhere = await leaf(['127.0.0.2', '*.example.com']);
  const ca = (await authority).certificate;
  t.is(await asked(elsewhere, { ca, serverName: undefined }), 'ERR_TLS_CERT_ALTNAME_INVALID');
  t.is(await asked(elsewhere, { ca, serverName: 'shop.example.com' }), '');
  t.is(await asked(elsewhere, { ca, serverName: 'a.shop.example.com' }), 'ERR_TLS_CERT_ALTNAME_INVALID');
});

test('one that has expired is not, and neither is one that nobody vouches for', async (t) => {
  const old = await leaf(['127.0.0.1'], 2 * dayMs);
  t.is(await asked(old, { ca: old.certificate, serverName: undefined }), 'CERT_HAS_EXPIRED');
  t.regex(await asked(await leaf(['127.0.0.1']), { ca: old.certificate, serverName: undefined }), /^UNABLE_TO_/);
});
