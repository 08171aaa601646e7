import { readdir, readFile, stat, writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { execa } from 'execa';
import { createAuthority, issueLeaf } from '../../../../src/runtime/certs/authority.ts';
import { describeCertificate } from '../../../../src/runtime/certs/describe-certificate.ts';
import { ensureCertificates, listCertificates, rotateCertificate, type CertificateOptions } from '../../../../src/runtime/certs/ensure-certificates.ts';
import { ConfigError } from '../../../../src/runtime/errors.ts';

const dayMs = 86_400_000;
const base = { project: 'p', owner: { uid: 10001, gid: 10001 }, vip: '172.20.0.100', names: ['*.example.com', 'fd00::5'], days: 397 };

async function withState(action: (options: CertificateOptions) => Promise<void>): Promise<void> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'haplat-certs-'));
  try {
    await action({ ...base, stateDirectory });
  } finally {
    await rm(stateDirectory, { recursive: true });
  }
}

async function currentFile(options: CertificateOptions): Promise<string> {
  return (await listCertificates(options))[0]?.file ?? '';
}

test('what is missing is issued once, with every name, and a second call does nothing', async (t) => {
  await withState(async (options) => {
    t.is((await ensureCertificates(options)).length, 2);
    t.deepEqual(await ensureCertificates(options), []);
    const [leaf, authority] = await listCertificates(options);
    t.deepEqual(leaf?.names, ['localhost', '127.0.0.1', '0:0:0:0:0:0:0:1', '172.20.0.100', '*.example.com', 'FD00:0:0:0:0:0:0:5']);
    t.is(leaf?.daysLeft, 396);
    t.is(authority?.daysLeft, 3649);
  });
});

test('keys are for their owner alone', async (t) => {
  await withState(async (options) => {
    await ensureCertificates(options);
    const key = (await currentFile(options)).replace(/\.crt$/, '.key');
    for (const file of [key, join(options.stateDirectory, 'ca/ca.key')]) t.is((await stat(file)).mode & 0o777, 0o600, file);
    t.is((await stat(join(options.stateDirectory, 'ca'))).mode & 0o777, 0o700);
  });
});

test('openssl accepts the chain', async (t) => {
  await withState(async (options) => {
    await ensureCertificates(options);
    const file = await currentFile(options);
    const { stdout } = await execa('openssl', ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'a.example.com', '-CAfile', join(options.stateDirectory, 'ca/ca.crt'), file]);
    t.is(stdout, `${file}: OK`);
  });
});

test('a TLS client that trusts the authority accepts the server by name and by address, and no other name', async (t) => {
  await withState(async (options) => {
    await ensureCertificates(options);
    const file = await currentFile(options);
    const ca = await readFile(join(options.stateDirectory, 'ca/ca.crt'));
    const server = createServer({ cert: await readFile(file), key: await readFile(file.replace(/crt$/, 'key')) }).listen(0, '127.0.0.1');
    await new Promise((resolve) => { server.once('listening', resolve); });
    const { port } = server.address() as AddressInfo;
    const handshake = (servername: string) =>
      new Promise<string>((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', ca, servername }, () => { socket.end(); resolve('accepted'); });
        socket.on('error', (error: NodeJS.ErrnoException) => { resolve(error.code ?? error.message); });
      });
    t.is(await handshake('localhost'), 'accepted');
    t.is(await handshake('shop.example.com'), 'accepted');
    t.is(await handshake('example.org'), 'ERR_TLS_CERT_ALTNAME_INVALID');
    server.close();
  });
});

test('a rotation makes a new pair and keeps the one before, no older ones', async (t) => {
  await withState(async (options) => {
    await ensureCertificates(options);
    const first = await currentFile(options);
    await rotateCertificate(options);
    await rotateCertificate(options);
    const names = await readdir(join(options.stateDirectory, 'tls'));
    t.is(names.filter((name) => name.endsWith('.crt')).length, 2);
    t.is(names.filter((name) => name.endsWith('.key')).length, 2);
    t.false(names.includes(first.slice(first.lastIndexOf('/') + 1)));
  });
});

test('a change of the names, or few days left, renews the leaf under the same authority', async (t) => {
  await withState(async (options) => {
    await ensureCertificates({ ...options, days: 40 });
    const authority = await readFile(join(options.stateDirectory, 'ca/ca.crt'), 'utf8');
    t.regex((await ensureCertificates({ ...options, days: 40, names: ['other.example'] })).join(), /the names have changed/);
    t.is(await readFile(join(options.stateDirectory, 'ca/ca.crt'), 'utf8'), authority);
  });
});

test('serial numbers are positive, long and different', async (t) => {
  const authority = await createAuthority('test', new Date());
  const serials = new Set<string>();
  for (let run = 0; run < 4; run += 1) {
    const leaf = await issueLeaf(authority, { names: ['localhost'], days: 1, now: new Date() });
    const { stdout } = await execa('openssl', ['x509', '-noout', '-serial'], { input: leaf.certificate });
    t.regex(stdout, /^serial=[4-7][0-9A-F]{31}$/);
    serials.add(stdout);
  }
  t.is(serials.size, 4);
});

test('a certificate that has run out has negative days left', async (t) => {
  const authority = await createAuthority('test', new Date());
  const leaf = await issueLeaf(authority, { names: ['localhost'], days: 1, now: new Date(Date.now() - 2.5 * dayMs) });
  t.is(describeCertificate('x', leaf.certificate, new Date()).daysLeft, -2);
});

test('the user\'s own certificate is installed as it is, and haplat does not issue one', async (t) => {
  await withState(async (options) => {
    const authority = await createAuthority('theirs', new Date());
    const leaf = await issueLeaf(authority, { names: ['www.example.com'], days: 90, now: new Date() });
    const own = { ...options, certFile: join(options.stateDirectory, 'my.crt'), keyFile: join(options.stateDirectory, 'my.key') };
    await writeFile(own.certFile, leaf.certificate);
    await writeFile(own.keyFile, leaf.key);
    t.deepEqual(await ensureCertificates(own), ['installed your own certificate']);
    t.deepEqual(await ensureCertificates(own), []);
    t.is((await listCertificates(own)).length, 1);
    await t.throwsAsync(rotateCertificate(own), { instanceOf: ConfigError, message: /is yours/ });

    await writeFile(own.keyFile, (await issueLeaf(authority, { names: ['x'], days: 90, now: new Date() })).key);
    await t.throwsAsync(ensureCertificates(own), { instanceOf: ConfigError, message: /my\.key is not the key of .*my\.crt$/ });
  });
});
