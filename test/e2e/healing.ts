import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import test from 'ava';
import { docker, eventually, Platform } from './_platform.ts';

const serial = test.serial;
/** What the platform promises: after any death, all is healthy again within this time. */
const healedWithinMs = 30_000;
const services = [
  'app_1', 'app_2', 'db', 'edge', 'engine-proxy_1', 'engine-proxy_2', 'guardian_1', 'guardian_2', 'keepalived_1', 'keepalived_2', 'netdata', 'rabbitmq',
  'traefik_1', 'traefik_2', 'worker_1', 'worker_2',
];
/** How long something is killed again and again. */
const killingMs = 20_000;
let platform: Platform;

test.before(async () => {
  platform = await Platform.create({ project: 'e2e-heal', number: 3 });
  await platform.mustRun('up', '-q');
});
test.after.always(async () => {
  await platform.dispose();
});

async function startedAt(service: string): Promise<number> {
  return (await platform.engine.inspectContainer(platform.container(service)))?.startedAt?.getTime() ?? 0;
}

/** Does it, waits until the container runs anew, and all is well again. */
async function heals(service: string, harm: () => Promise<unknown>): Promise<void> {
  const before = await startedAt(service);
  const deadline = performance.now() + healedWithinMs;
  const left = () => deadline - performance.now();
  await harm();
  await eventually(`${service} to run anew`, left(), async () => ((await startedAt(service)) > before ? true : undefined));
  await platform.untilHealthy(left());
}

for (const service of services) {
  serial(`${service} comes back each time its process 1 is killed from the host`, async (t) => {
    for (let time = 1; time <= 3; time += 1) await heals(service, () => platform.killProcessOne(service));
    t.is((await platform.status()).vip.holders.length, 1);
  });
}

serial('whatever is killed with docker kill is started again, which suppresses the Engine\'s own restart policy', async (t) => {
  for (const service of ['traefik_1', 'keepalived_2', 'app_1', 'worker_1', 'guardian_1', 'engine-proxy_1', 'guardian_2']) {
    await heals(service, () => docker('kill', platform.container(service)));
  }
  t.true((await platform.status()).healthy);
});

serial('both load-balancer nodes killed at once come back', async (t) => {
  await heals('traefik_1', () => Promise.all(['keepalived_1', 'keepalived_2'].map((service) => platform.killProcessOne(service))));
  t.true((await platform.status()).healthy);
});

serial('a frozen container is noticed and restarted', async (t) => {
  for (const service of ['app_1', 'traefik_2']) await heals(service, () => platform.killProcessOne(service, 'SIGSTOP'));
  t.true((await platform.status()).healthy);
});

serial('a paused container that no drill holds runs again', async (t) => {
  const name = platform.container('app_2');
  await docker('pause', name);
  await eventually('app_2 to run again', healedWithinMs, async () => ((await platform.engine.inspectContainer(name))?.state === 'running' ? true : undefined));
  await platform.untilHealthy(healedWithinMs);
  t.pass();
});

serial('a container that keeps dying is started less and less often, and status says so', async (t) => {
  const name = platform.container('traefik_1');
  const watch = new AbortController();
  let starts = 0;
  const counting = (async () => {
    for await (const event of platform.engine.events({ project: platform.project, signal: watch.signal })) {
      if (event.container === name && event.action === 'start') starts += 1;
    }
  })();
  const kill = () => platform.killProcessOne('traefik_1').catch(() => undefined);
  const note = await eventually('status to say that it is backed off', 60_000, async () => {
    await kill();
    return (await platform.status()).services.find((one) => one.name === 'traefik_1')?.note ?? undefined;
  });
  t.regex(note, /^backed off/);

  // A guardian that hammers would start it twice a second.
  starts = 0;
  const until = performance.now() + killingMs;
  await eventually('the killing to end', killingMs + 5000, async () => {
    await kill();
    return performance.now() > until ? true : undefined;
  });
  watch.abort();
  await counting;
  t.true(starts <= killingMs / 4000, `${starts} starts in ${killingMs} ms`);
  await platform.untilHealthy(90_000);
});

// Restarting the Engine stops everybody's containers: only where the tests have it to themselves.
const mayRestartEngine = process.env['HAPLAT_E2E_ENGINE_RESTART'] === '1';
(mayRestartEngine ? serial : serial.skip)('everything comes back after a restart of the Engine', async (t) => {
  const pid = Number(await readFile('/var/run/docker.pid', 'utf8'));
  const [command = '', ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter((part) => part !== '');
  process.kill(pid, 'SIGTERM');
  await eventually('dockerd to end', 60_000, () => {
    try {
      process.kill(pid, 0);
      return Promise.resolve(undefined);
    } catch {
      return Promise.resolve(true);
    }
  });
  spawn(command, args, { detached: true, stdio: 'ignore' }).unref();
  await eventually('the Engine to answer', 60_000, async () => (await platform.engine.info()).version);
  await platform.untilHealthy(healedWithinMs);
  t.is((await platform.status()).vip.holders.length, 1);
});
