import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { createAuthority, issueLeaf } from '../../../../src/runtime/certs/authority.ts';
import { servedFingerprint } from '../../../../src/runtime/observe/served-certificate.ts';

const host = '127.0.0.1';

async function portOf(t: ExecutionContext, server: Server): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('a server tells its certificate, also to who does not trust it', async (t) => {
  const { certificate, key } = await issueLeaf(await createAuthority('a', new Date()), { names: ['a.example.com'], days: 1, now: new Date() });
  const port = await portOf(t, createHttpsServer({ cert: certificate, key }));
  t.is(await servedFingerprint({ host, port }), new X509Certificate(certificate).fingerprint256);
});

test('who does not answer, or has no TLS, tells none', async (t) => {
  const port = await portOf(t, createServer((socket) => socket.end('no TLS')));
  t.is(await servedFingerprint({ host, port }), undefined);
  t.is(await servedFingerprint({ host, port: 1 }), undefined);
});
