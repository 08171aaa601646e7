import { X509Certificate } from 'node:crypto';
import { cp, readdir, readFile, stat, utimes, writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { execa } from 'execa';
import { createAuthority, issueLeaf } from '../../../../src/runtime/certs/authority.ts';
import { CertificateStore } from '../../../../src/runtime/certs/certificate-store.ts';
import { describeCertificate } from '../../../../src/runtime/certs/describe-certificate.ts';
import { dueCertificates, ensureCertificates, listCertificates, rotateCertificate, type CertificateOptions } from '../../../../src/runtime/certs/ensure-certificates.ts';
import { ConfigError, OperationError } from '../../../../src/runtime/errors.ts';
import { base, vip, withState } from './_state.ts';

const dayMs = 86_400_000;

// Keys take seconds to make where the machine is busy: tests that only need some share these.
let issued: Promise<string> | undefined;
async function issueOnce(): Promise<string> {
  const stateDirectory = await mkdtemp(join(tmpdir(), 'haplat-certs-'));
  await ensureCertificates({ ...base, stateDirectory });
  return stateDirectory;
}
test.after.always(async () => {
  if (issued !== undefined) await rm(await issued, { recursive: true });
});

/** A state of the test's own in which everything has been issued. */
async function withIssued(action: (options: CertificateOptions) => Promise<void>): Promise<void> {
  issued ??= issueOnce();
  const from = await issued;
  await withState(async (options) => {
    await cp(from, options.stateDirectory, { recursive: true });
    await action(options);
  });
}

async function currentFile(options: CertificateOptions): Promise<string> {
  return (await listCertificates(options))[0]?.file ?? '';
}

test('what would be done is said beforehand, and touches nothing', async (t) => {
  await withState(async (options) => {
    t.deepEqual(await dueCertificates(options), ['make a certificate authority', 'issue a server certificate']);
    t.deepEqual(await listCertificates(options), []);
  });
  await withIssued(async (options) => {
    t.deepEqual(await dueCertificates(options), []);
    t.deepEqual(await dueCertificates({ ...options, names: ['shop.example.com'] }), ['issue a server certificate (the names have changed)']);
  });
});

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

test('what is served is the server\'s certificate alone: who trusts the authority has it', async (t) => {
  await withIssued(async (options) => {
    const served = await readFile(await currentFile(options), 'utf8');
    t.is(served.match(/BEGIN CERTIFICATE/g)?.length, 1);
  });
});

test('keys are for their owner alone', async (t) => {
  await withIssued(async (options) => {
    const key = (await currentFile(options)).replace(/\.crt$/, '.key');
    for (const file of [key, join(options.stateDirectory, 'ca/ca.key')]) t.is((await stat(file)).mode & 0o777, 0o600, file);
    t.is((await stat(join(options.stateDirectory, 'ca'))).mode & 0o777, 0o700);
  });
});

test('openssl accepts the chain', async (t) => {
  await withIssued(async (options) => {
    const file = await currentFile(options);
    const { stdout } = await execa('openssl', ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'a.example.com', '-CAfile', join(options.stateDirectory, 'ca/ca.crt'), file]);
    t.is(stdout, `${file}: OK`);
  });
});

test('the server has a P-256 key, under the identifier that openssl gives it', async (t) => {
  await withIssued(async (options) => {
    const file = await currentFile(options);
    const { publicKey } = new X509Certificate(await readFile(file));
    t.is(publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
    const { stdout: openssls } = await execa('openssl', ['req', '-x509', '-key', file.replace(/crt$/, 'key'), '-subj', '/CN=a']);
    const identifier = async (pem: string) => (await execa('openssl', ['x509', '-noout', '-ext', 'subjectKeyIdentifier'], { input: pem })).stdout;
    t.is(await identifier(await readFile(file, 'utf8')), await identifier(openssls));
  });
});

test('a TLS client that trusts the authority accepts the server by name and by address, and no other name', async (t) => {
  await withIssued(async (options) => {
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

test('a rotation makes a new pair and keeps the one before, none that is older and has been there for a while', async (t) => {
  await withState(async (options) => {
    await ensureCertificates(options);
    const first = await currentFile(options);
    const anHourAgo = new Date(Date.now() - dayMs / 24);
    for (const file of [first, first.replace(/\.crt$/, '.key')]) await utimes(file, anHourAgo, anHourAgo);
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

async function opensslVerdict({ stateDirectory }: CertificateOptions, file: string): Promise<string> {
  const { stdout, stderr } = await execa('openssl', ['verify', '-CAfile', join(stateDirectory, 'ca/ca.crt'), file], { reject: false });
  return stdout === `${file}: OK` ? 'OK' : stderr;
}

/** As it was issued while the clock was two years ahead. */
async function makeOfTheFuture(options: CertificateOptions, what: 'authority' | 'leaf'): Promise<void> {
  const [keyFile, certificateFile] = ['ca/ca.key', 'ca/ca.crt'].map((name) => join(options.stateDirectory, name));
  const key = await readFile(keyFile ?? '', 'utf8');
  const then = new Date(Date.now() + 730 * dayMs);
  const authority = await createAuthority('haplat p authority', then, key);
  if (what === 'authority') return writeFile(certificateFile ?? '', authority.certificate);
  const leaf = await issueLeaf(authority, { names: ['localhost', '127.0.0.1', '::1', vip, ...base.names], days: base.days, now: then });
  const current = await currentFile(options);
  await writeFile(current, leaf.certificate);
  await writeFile(current.replace(/\.crt$/, '.key'), leaf.key);
}

const spoilers: readonly [string, (options: CertificateOptions) => Promise<void>, RegExp][] = [
  ['the authority\'s certificate is missing, as after a crash', ({ stateDirectory }) => rm(join(stateDirectory, 'ca/ca.crt')), /made a certificate authority/],
  ['the authority\'s certificate is empty', ({ stateDirectory }) => writeFile(join(stateDirectory, 'ca/ca.crt'), ''), /could not be read/],
  ['the authority\'s key is missing', ({ stateDirectory }) => rm(join(stateDirectory, 'ca/ca.key')), /the key of the old one was missing/],
  ['the authority\'s key is spoilt', ({ stateDirectory }) => writeFile(join(stateDirectory, 'ca/ca.key'), 'no key'), /the key of the old one was missing/],
  ['the authority is not valid yet', (options) => makeOfTheFuture(options, 'authority'), /authority: .*not valid yet: the clock must have been ahead/],
  ['the server\'s certificate is not valid yet', (options) => makeOfTheFuture(options, 'leaf'), /the old one was not valid yet: the clock must have been ahead/],
  ['the server\'s certificate is empty', async (options) => writeFile(await currentFile(options), ''), /the old one could not be read/],
  ['the server\'s key is missing', async (options) => rm((await currentFile(options)).replace(/\.crt$/, '.key')), /there was none/],
  ['Traefik\'s file is no YAML', ({ stateDirectory }) => writeFile(join(stateDirectory, 'tls/dynamic-tls.yml'), '{'), /there was none/],
];
for (const [what, spoil, done] of spoilers) {
  test(`when ${what}, the next call mends it, and openssl accepts the chain`, async (t) => {
    await withIssued(async (options) => {
      await spoil(options);
      t.regex((await ensureCertificates(options)).join(), done);
      t.is(await opensslVerdict(options, await currentFile(options)), 'OK');
      t.deepEqual(await ensureCertificates(options), []);
    });
  });
}

test('names count once however they are written, and so do those of every platform', async (t) => {
  await withState(async (options) => {
    const names = { ...options, names: ['Shop.example', 'shop.example', 'LOCALHOST', '0:0:0:0:0:0:0:1', 'fd00::5', 'FD00::5'] };
    await ensureCertificates(names);
    t.deepEqual(await ensureCertificates(names), []);
    t.is((await listCertificates(names))[0]?.names.length, 6);
    const dotted = { ...options, names: ['::ffff:10.0.0.1', '64:ff9b::10.0.0.1'] };
    await ensureCertificates(dotted);
    t.deepEqual(await ensureCertificates(dotted), []);
    t.deepEqual((await listCertificates(dotted))[0]?.names.slice(-2), ['0:0:0:0:0:FFFF:A00:1', '64:FF9B:0:0:0:0:A00:1']);
  });
});

test('processes that issue at once end with one authority and a pair that it signed', async (t) => {
  await withState(async (options) => {
    await Promise.all([1, 2, 3, 4].map(() => ensureCertificates(options)));
    t.is(await opensslVerdict(options, await currentFile(options)), 'OK');
    t.deepEqual(await ensureCertificates(options), []);
  });
});

test('a certificate that can\'t be read is an error with a remedy when shown', async (t) => {
  await withIssued(async (options) => {
    await writeFile(join(options.stateDirectory, 'ca/ca.crt'), '');
    const error = await t.throwsAsync(listCertificates(options), { instanceOf: OperationError, message: /ca\.crt is no certificate/ });
    t.regex(error.remedy ?? '', /haplat certs/);
  });
});

test('a server certificate does not outlive its authority', async (t) => {
  const authority = await createAuthority('test', new Date(Date.now() - 3600 * dayMs));
  const leaf = await issueLeaf(authority, { names: ['localhost'], days: 397, now: new Date() });
  const end = (pem: string) => describeCertificate('x', pem, new Date()).notAfter;
  t.is(end(leaf.certificate), end(authority.certificate));
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

    const early = await issueLeaf(authority, { names: ['x'], days: 90, now: new Date(Date.now() + 2 * dayMs) });
    await Promise.all([writeFile(own.certFile, early.certificate), writeFile(own.keyFile, early.key)]);
    await t.throwsAsync(ensureCertificates(own), { instanceOf: ConfigError, message: /my\.crt is not valid before / });
    await writeFile(own.certFile, leaf.certificate);
    await writeFile(own.keyFile, (await issueLeaf(authority, { names: ['x'], days: 90, now: new Date() })).key);
    await t.throwsAsync(ensureCertificates(own), { instanceOf: ConfigError, message: /my\.key is not the key of .*my\.crt$/ });
  });
});

test('of a file with certificate and key in it each goes where it belongs, and the key nowhere else', async (t) => {
  await withState(async (options) => {
    const issuer = await createAuthority('theirs', new Date());
    const leaf = await issueLeaf(issuer, { names: ['www.example.com'], days: 90, now: new Date() });
    const file = join(options.stateDirectory, 'both.pem');
    const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
    const withLineFeeds = (text: string) => text.replaceAll('\r\n', '\n');
    for (const text of [`${leaf.certificate}${issuer.certificate}${parameters}${leaf.key}`, `${leaf.key}\nBag Attributes\n${leaf.certificate}${issuer.certificate}`.trimEnd()]) {
      await writeFile(file, text);
      await ensureCertificates({ ...options, certFile: file, keyFile: file });
      const installed = await new CertificateStore(options.stateDirectory, options.owner).readCurrent();
      t.like(installed, { certificate: withLineFeeds(leaf.certificate + issuer.certificate), key: withLineFeeds(leaf.key) });
    }
  });
});
