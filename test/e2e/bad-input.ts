import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, request } from 'node:http';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Platform, docker, engineSocket, executable, outcomeOf, type Outcome } from './_platform.ts';

const serial = test.serial;
let platform: Platform;
let filesBefore: readonly string[];

test.before(async () => {
  platform = await Platform.create({ project: 'e2e-bad', number: 2 });
  filesBefore = await readdir(platform.stateDirectory, { recursive: true });
});
test.afterEach.always(async () => {
  await platform.configure('');
});
test.after.always(async () => {
  await platform.dispose();
});

/** Exit code 2, one line for what is wrong and where, one for the mend, and nothing made. */
async function refuses(t: ExecutionContext, outcome: Outcome, message: string, remedy: string): Promise<void> {
  const [first = '', second = ''] = outcome.stderr.split('\n').filter((line) => !line.startsWith('… '));
  t.is(outcome.exitCode, 2, outcome.stderr);
  t.true(first.startsWith(`error: ${message}`), first);
  t.true(second.startsWith(`  → ${remedy}`), second);
  t.is(outcome.stdout, '');
  const { project, engine } = platform;
  t.deepEqual(await Promise.all([engine.listContainers({ project }), engine.listNetworks({ project }), engine.listVolumes({ project })]), [[], [], []]);
  t.deepEqual(await readdir(platform.stateDirectory, { recursive: true }), [...filesBefore]);
}

const file = () => platform.configFile;
const wrong: readonly [string, string, () => string, string][] = [
  ['an unknown key', 'netwrok: {}', () => `${file()}: netwrok: there is no such key`, 'did you mean network?'],
  ['a wrong type', 'app: {replicas: two}', () => `${file()}: app.replicas: `, 'correct app.replicas'],
  ['a certificate that is not there', 'certificates: {certFile: no.crt, keyFile: no.key}', () => `${file()}: certificates.certFile: `, 'name a file'],
  ['a password file that is not there', 'postgres: {passwordFile: nowhere}', () => `${file()}: postgres.passwordFile: `, 'create it'],
];
for (const [what, yaml, message, remedy] of wrong) {
  serial(`${what} is refused`, async (t) => {
    await platform.configure(yaml);
    await refuses(t, await platform.run('up'), message(), remedy);
  });
}

serial('an entry point without its settings is refused', async (t) => {
  const outcome = outcomeOf(await platform.start(['serve', 'api'], { env: { DB_PASSWORD_FILE: '/nowhere' } }));
  await refuses(t, outcome, 'settings: DB_PASSWORD_FILE: cannot read /nowhere: ENOENT', 'they are variables');
});

for (const [what, line, message, remedy] of [
  ['a variable that haplat does not know', 'HAPLAT_HTTP_PROT=81', '.env: HAPLAT_HTTP_PROT: there is no such variable', 'did you mean HAPLAT_HTTP_PORT?'],
  ['a value of the wrong type', 'HAPLAT_HTTPS_PORT=soon', '.env: HAPLAT_HTTPS_PORT: ports.https: ', 'correct ports.https'],
] as const) {
  serial(`${what} in .env is refused`, async (t) => {
    const path = join(platform.folder, '.env');
    await writeFile(path, `${line}\n`);
    try {
      await refuses(t, await platform.run('up'), message, remedy);
    } finally {
      await rm(path);
    }
  });
}

/** Runs a command whose output goes where nobody takes it: to a pipe that is closed, or to a device that is full. */
async function untaken(output: 'stdout' | 'stderr', to: 'closed' | 'full', args: readonly string[]): Promise<{ exitCode: unknown; stderr: string }> {
  await using full = await open('/dev/full', 'w');
  const way = (own: 'stdout' | 'stderr') => (output === own && to === 'full' ? full.fd : 'pipe');
  const child = spawn(executable, ['-c', platform.configFile, ...args], { stdio: ['ignore', way('stdout'), way('stderr')], cwd: platform.folder });
  if (to === 'closed') child[output]?.destroy();
  let stderr = '';
  child.stderr?.on('data', (data: Buffer) => { stderr += data.toString(); });
  child.stdout?.resume();
  const [exitCode] = (await once(child, 'close')) as [unknown];
  return { exitCode, stderr };
}

serial('an output that nobody reads makes no success of a failure, and no failure of a success', async (t) => {
  const codeOf = async (...told: Parameters<typeof untaken>) => (await untaken(...told)).exitCode;
  t.is(await codeOf('stderr', 'closed', ['-c', '/nowhere/haplat.yaml', 'status']), 2);
  t.is(await codeOf('stderr', 'full', ['-c', '/nowhere/haplat.yaml', 'status']), 2);
  t.is(await codeOf('stdout', 'closed', ['-c', '/nowhere/haplat.yaml', 'status']), 2);
  t.is(await codeOf('stdout', 'closed', ['status']), 1);
  t.is(await codeOf('stdout', 'closed', ['export', 'compose']), 0);
});

serial('a disk that is full where the output goes is said, with the way out', async (t) => {
  const { exitCode, stderr } = await untaken('stdout', 'full', ['export', 'compose']);
  t.is(exitCode, 1);
  t.is((await untaken('stdout', 'full', ['--help'])).exitCode, 1);
  t.regex(stderr, /^error: standard output: there is no room left on its disk\n {2}→ /);
});

serial('a flag that an empty variable left without a value is refused', async (t) => {
  const { exitCode, stderr } = await platform.run('-p', '', 'down', '--volumes', '--yes');
  t.is(exitCode, 2);
  t.regex(stderr, /--project <name>' argument '' is invalid\. it is empty/);
});

serial('the exit code of a plan with changes is not that of bad input', async (t) => {
  const { exitCode, stderr } = await platform.run('-c', '/nowhere/haplat.yaml', 'plan', '--detailed-exitcode');
  t.is(exitCode, 1);
  t.regex(stderr, /^error: .*there is no such file\n {2}→ /);
  t.is((await platform.run('plan', '--detailed-exitcode', '--no-such-flag')).exitCode, 1);
});

serial('a project name that can be none is refused', async (t) => {
  await refuses(t, await platform.run('-p', 'Not A Name', 'up'), '--project: project: ', 'correct project');
});

serial('a configuration file that is not there is refused', async (t) => {
  const path = join(platform.folder, 'nowhere.yaml');
  await refuses(t, await platform.run('-c', path, 'up'), `${path}: there is no such file`, 'name another with --config');
});

serial('an address that can\'t be the virtual one is refused', async (t) => {
  for (const [vip, message] of [
    ['10.0.0.9', `network.vip: 10.0.0.9 is outside network.subnet 172.28.2.0/24`],
    ['172.28.2.11', 'network.vip: 172.28.2.11 is the address of keepalived_1'],
  ] as const) {
    await platform.configureNetwork({ vip });
    await refuses(t, await platform.run('up'), `${file()}: ${message}`, 'use a free address of it');
  }
});

serial('subnets that overlap each other are refused', async (t) => {
  await platform.configureNetwork({ appSubnet: '172.28.2.128/25' });
  await refuses(t, await platform.run('up'), `${file()}: network.appSubnet: 172.28.2.128/25 overlaps network.subnet 172.28.2.0/24`, 'give each network');
});

serial('a subnet that another network of the Engine has is refused', async (t) => {
  await docker('network', 'create', '--label', 'io.haplat.test=e2e-bad', '--subnet', '172.28.2.64/26', 'e2e-bad-foreign');
  try {
    await refuses(t, await platform.run('up'), `${file()}: network.subnet: 172.28.2.0/24 overlaps the Engine's network e2e-bad-foreign`, 'choose a free subnet');
  } finally {
    await docker('network', 'rm', 'e2e-bad-foreign');
  }
});

/** A subnet of this host's own, outside of the Engine. */
function hostSubnet(): { readonly subnet: string; readonly vip: string } | undefined {
  const own = Object.entries(networkInterfaces()).filter(([name]) => !/^(lo|docker|br-|veth)/.test(name));
  const address = own.flatMap(([, all]) => all ?? []).find((one) => one.family === 'IPv4')?.address;
  if (address === undefined) return undefined;
  const network = address.split('.').slice(0, 3).join('.');
  return { subnet: `${network}.0/24`, vip: `${network}.100` };
}

(hostSubnet() === undefined ? serial.skip : serial)('a subnet that a route of the host has is refused', async (t) => {
  const own = hostSubnet() ?? { subnet: '', vip: '' };
  await platform.configureNetwork(own);
  await refuses(t, await platform.run('up'), `${file()}: network.subnet: ${own.subnet} overlaps the host's route `, 'choose a free subnet');
});

serial('a port that is taken is refused', async (t) => {
  const server = createServer().listen(platform.ports.https, '0.0.0.0');
  await new Promise((resolve) => { server.once('listening', resolve); });
  try {
    await refuses(t, await platform.run('up'), `${file()}: ports.https: port ${platform.ports.https} on 0.0.0.0 is already taken`, 'stop what listens there');
  } finally {
    server.close();
  }
});

serial('a container name that somebody else has is refused', async (t) => {
  await docker('create', '--name', 'e2e-bad-db', '--label', 'io.haplat.test=e2e-bad', 'debian:trixie-slim', 'true');
  try {
    await refuses(t, await platform.run('up'), 'project: e2e-bad: the container name e2e-bad-db is taken', 'remove that container');
  } finally {
    await docker('rm', 'e2e-bad-db');
  }
});

serial('usage errors exit with 2', async (t) => {
  for (const args of [['--nonsense'], ['nonsense'], ['failover'], ['failover', '--kill', 'a', '--stop', 'b'], ['failover', '--kill', 'app_1', '--max-downtime', 'soon']]) {
    const outcome = await platform.run(...args);
    t.is(outcome.exitCode, 2, args.join(' '));
    t.not(outcome.stderr, '', args.join(' '));
  }
});

serial('an Engine that does not answer is exit 5, with what to do', async (t) => {
  const result = await platform.start(['status'], { env: { DOCKER_HOST: 'unix:///nonexistent.sock' } });
  t.is(result.exitCode, 5);
  t.regex(result.stderr, /^error: the Docker Engine does not answer .*\n {2}→ start it/);
});

serial('Ctrl-C while the Engine takes connections and is silent ends a command at once', async (t) => {
  const socket = join(platform.folder, 'silent.sock');
  const server = createServer((client) => { client.on('error', () => client.destroy()); }).listen(socket);
  try {
    for (const args of [['status'], ['up'], ['failover', '--kill', 'app_1']]) {
      const running = platform.start(args, { env: { DOCKER_HOST: `unix://${socket}` } });
      await new Promise<void>((resolve) => {
        running.stderr.on('data', (chunk: Buffer) => { if (chunk.toString().includes('waiting for the Docker Engine')) resolve(); });
        running.stderr.on('end', resolve);
      });
      running.kill('SIGINT');
      const { exitCode, stderr } = outcomeOf(await running);
      t.is(exitCode, 130, args.join(' '));
      t.regex(stderr, /^error: interrupted\n/m);
    }
  } finally {
    server.close();
  }
});

serial('Ctrl-C ends what only reads at once, also when the Engine has answered before and then falls silent', async (t) => {
  const socket = join(platform.folder, 'falling-silent.sock');
  for (const command of ['plan', 'status']) {
    const asked = Promise.withResolvers<undefined>();
    let requests = 0;
    const server = createHttpServer((incoming, answer) => {
      requests += 1;
      if (requests > 1) asked.resolve(undefined);
      else incoming.pipe(request({ socketPath: engineSocket, method: incoming.method, path: incoming.url, headers: incoming.headers }, (told) => {
        answer.writeHead(told.statusCode ?? 500, told.headers);
        told.pipe(answer);
      }));
    }).listen(socket);
    try {
      const running = platform.start([command], { env: { DOCKER_HOST: `unix://${socket}` } });
      await Promise.race([asked.promise, running]);
      running.kill('SIGINT');
      const { exitCode, stderr } = outcomeOf(await running);
      t.is(exitCode, 130, command);
      t.regex(stderr, /^error: interrupted\n/m);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }
});

serial('a Docker context says which Engine is meant, and one that is not there is refused', async (t) => {
  const env = { DOCKER_CONFIG: platform.folder, DOCKER_CONTEXT: 'elsewhere' };
  await refuses(t, outcomeOf(await platform.start(['status'], { env })), 'there is no Docker context elsewhere', '"docker context ls" shows those that there are');
  await docker('--config', platform.folder, 'context', 'create', 'elsewhere', '--docker', 'host=unix:///nonexistent.sock');
  const result = await platform.start(['status'], { env });
  t.is(result.exitCode, 5);
  t.regex(result.stderr, /ENOENT: connect ENOENT \/nonexistent\.sock/);
});

serial('an Engine knows which paths its host has, and makes nothing to find out', async (t) => {
  const containers = () => docker('ps', '-aq', '--no-trunc');
  const before = await containers();
  t.true(await platform.engine.seesPath(platform.folder));
  t.false(await platform.engine.seesPath(`${platform.folder}/not-there`));
  t.is(await containers(), before);
});
