import { connect } from 'node:tls';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { createAuthority, issueLeaf } from '../../src/runtime/certs/authority.ts';
import { failover, startDrill } from './_drill.ts';
import { eventually, Platform } from './_platform.ts';

const serial = test.serial;
let platform: Platform;

test.before(async () => {
  platform = await Platform.create({ project: 'drl-expired', number: 32 });
  await platform.mustRun('up', '-q');
});
test.after.always(async () => {
  await platform.dispose();
});

/** What a client that verifies says of the certificate: '' when nothing is wrong with it. */
async function complaint(): Promise<string> {
  const ca = await platform.ca();
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: platform.ports.https, servername: 'localhost', ca, timeout: 5000 }, () => {
      socket.destroy();
      resolve('');
    });
    socket.on('timeout', () => socket.destroy(new Error('no handshake within 5 s')));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'CERT_HAS_EXPIRED') resolve(error.code);
      else reject(error);
    });
  });
}

async function tlsFiles(): Promise<string> {
  const folder = join(platform.stateDirectory, 'tls');
  const names = (await readdir(folder)).filter((name) => name !== 'drill').toSorted();
  return JSON.stringify(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')])));
}

interface Drill {
  readonly verdict: string;
  readonly runs: readonly { readonly requests: { readonly errors: Readonly<Record<string, number>> } }[];
}

const fault = ['--expire-cert', '--accept-outage'];

serial('an expired certificate turns clients that verify away until the old one is back, and no file is touched', async (t) => {
  const before = await tlsFiles();
  // On a busy machine a handshake may take longer than the probe waits by default: that is no answer of the certificate's.
  const { exitCode, stdout } = await failover(platform, 60_000, [...fault, '--hold', '3s', '--timeout', '10s', '--max-downtime', '1s']);
  t.is(exitCode, 3, stdout);
  const { runs } = JSON.parse(stdout) as Drill;
  t.deepEqual(Object.keys(runs[0]?.requests.errors ?? {}), ['CERT_HAS_EXPIRED']);
  t.is(await complaint(), '');
  t.is(await tlsFiles(), before);
  await platform.untilHealthy(60_000);
});

serial('an objective that allows for it is met, each time', async (t) => {
  const { exitCode, stdout } = await failover(platform, 60_000, [...fault, '--hold', '2s', '--max-downtime', '30s', '--runs', '2']);
  t.is(exitCode, 0, stdout);
});

serial('it is refused unless the outage is accepted', async (t) => {
  t.is((await platform.run('failover', '--expire-cert')).exitCode, 2);
});

/** Starts a drill, and kills haplat as soon as clients complain. */
async function leaveBehind(): Promise<void> {
  const { running } = await startDrill(platform, [...fault, '--hold', '5m'], 'the certificate to have expired', async () => (await complaint()) === 'CERT_HAS_EXPIRED');
  running.kill('SIGKILL');
  await running;
}

serial('a drill that is killed leaves a certificate that status tells of and heal takes away', async (t) => {
  await leaveBehind();
  const status = await platform.run('status');
  t.is(status.exitCode, 1);
  t.regex(status.stdout, /fault is still in place: expire-cert/);
  t.regex((await platform.mustRun('heal')).stdout, /^undone: expire-cert traefik_1, traefik_2/);
  t.is(await complaint(), '');
  await platform.untilHealthy(60_000);
});

serial('without heal, the guardian takes it away when the lease runs out', async (t) => {
  await leaveBehind();
  await eventually('the certificate to be good', 90_000, async () => ((await complaint()) === '' ? true : undefined));
  await platform.mustRun('up', '-q');
  t.pass();
});

serial('drills judge a platform with the user’s own certificate, whose issuer is not at hand and which is for no address', async (t) => {
  const { certificate, key } = await issueLeaf(await createAuthority('elsewhere', new Date()), { names: ['*.example.com'], days: 90, now: new Date() });
  await Promise.all([writeFile(join(platform.folder, 'own.crt'), certificate), writeFile(join(platform.folder, 'own.key'), key, { mode: 0o600 })]);
  await platform.configure('certificates: {certFile: own.crt, keyFile: own.key}');
  await platform.mustRun('up', '-q');
  const killed = await failover(platform, 60_000, ['--kill', 'app_1', '--max-downtime', '30s']);
  t.is(killed.exitCode, 0, killed.stdout);
  const { stdout } = await failover(platform, 60_000, [...fault, '--hold', '2s', '--timeout', '10s']);
  t.deepEqual(Object.keys((JSON.parse(stdout) as Drill).runs[0]?.requests.errors ?? {}), ['CERT_HAS_EXPIRED']);
});
