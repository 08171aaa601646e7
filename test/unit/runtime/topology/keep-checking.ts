import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { fileOf, serviceOf, topologyOf } from './_context.ts';

const topology = topologyOf();
const script = fileOf(serviceOf(topology, 'db'), 'keep-checking');

/** A check of the test's own, which counts its calls and takes what it prints and how it ends from a file. */
class Check {
  readonly #folder = mkdtempSync(join(tmpdir(), 'haplat-keep-checking-'));
  readonly state = join(this.#folder, 'state');
  readonly #calls = join(this.#folder, 'calls');
  readonly #does = join(this.#folder, 'does');

  constructor(t: ExecutionContext, does: string) {
    t.teardown(() => { rmSync(this.#folder, { recursive: true }); });
    this.does(does);
  }

  does(shell: string): void {
    writeFileSync(this.#does, `echo >>${this.#calls}; calls=$(wc -l <${this.#calls}); ${shell}\n`);
  }

  /** One start by the Engine, with no pause between its checks. */
  async start(times: number, state = this.state): Promise<{ code: number; output: string; calls: number }> {
    rmSync(this.#calls, { force: true });
    const args = ['-c', script, 'keep-checking', state, String(times), '0', '0', '0', '1', 'sh', this.#does];
    const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
      const child = execFile('sh', args, (_error, stdout) => {
        resolve({ code: child.exitCode ?? -1, output: stdout });
      });
    });
    return { code, output, calls: readFileSync(this.#calls, 'utf8').length };
  }
}

test('the Engine starts the check by the script, which every container has, and haplat itself the check alone', (t) => {
  for (const service of topology.services) {
    const { command, repeated } = service.container.healthcheck;
    const retryS = String((repeated?.retryMs ?? 0) / 1000);
    t.deepEqual(repeated?.command, ['sh', '/run/haplat/keep-checking', '/dev/shm/haplat-checking', '15', '4', retryS, '0.5', '2', ...command], service.name);
    t.is(fileOf(service, 'keep-checking'), script, service.name);
  }
});

test('containers that start together are not checked together: hardly any two have the same interval, and none a longer one', (t) => {
  const intervalsMs = topology.services.map(({ container: { healthcheck } }) => healthcheck.intervalMs + (healthcheck.repeated?.retryMs ?? 0));
  t.true(intervalsMs.every((intervalMs) => intervalMs >= 1800 && intervalMs <= 2000 && Number.isInteger(intervalMs)), intervalsMs.join(', '));
  t.true(new Set(intervalsMs).size >= intervalsMs.length - 1, intervalsMs.join(', '));
});

test('what has just begun is given some tries before it has failed', async (t) => {
  const check = new Check(t, '[ $calls -ge 3 ]');
  t.deepEqual(await check.start(9), { code: 0, output: '', calls: 3 });
  const never = new Check(t, 'echo not yet; exit 1');
  t.deepEqual(await never.start(9), { code: 1, output: 'not yet\n', calls: 4 });
  t.deepEqual(await never.start(9), { code: 1, output: 'not yet\n', calls: 1 });
});

test('the first success is told at once, what follows after as many checks as were asked for', async (t) => {
  const check = new Check(t, 'true');
  t.deepEqual(await check.start(4), { code: 0, output: '', calls: 1 });
  t.deepEqual(await check.start(4), { code: 0, output: '', calls: 4 });
});

test('a failure is told at once, and so is the success after it', async (t) => {
  const check = new Check(t, 'true');
  await check.start(1);
  check.does('[ $calls -lt 3 ] || { echo broken; exit 7; }');
  t.deepEqual(await check.start(9), { code: 1, output: 'broken\n', calls: 3 });
  t.is(readFileSync(check.state, 'utf8'), 'failed');
  check.does('true');
  t.deepEqual(await check.start(9), { code: 0, output: '', calls: 1 });
});

test('what a check prints is told at once when it changes, and again at the end when it does not', async (t) => {
  const check = new Check(t, 'echo not ready: database');
  t.deepEqual(await check.start(5), { code: 0, output: 'not ready: database\n', calls: 1 });
  t.deepEqual(await check.start(5), { code: 0, output: 'not ready: database\n', calls: 5 });
  check.does('[ $calls -ge 2 ] || echo not ready: database');
  t.deepEqual(await check.start(5), { code: 0, output: '', calls: 2 });
});

test('a start after one that the Engine did not listen to the end of tells at once; the other ends and says nothing', async (t) => {
  const check = new Check(t, 'true');
  await check.start(1);
  check.does(`[ $calls -gt 1 ] || printf 'pid 1' >${check.state}`);
  t.deepEqual(await check.start(9), { code: 0, output: '', calls: 1 });
  t.is(readFileSync(check.state, 'utf8'), 'pid 1');
  check.does('echo fine');
  t.deepEqual(await check.start(9), { code: 0, output: 'fine\n', calls: 1 });
  t.regex(readFileSync(check.state, 'utf8'), /^said \d+ fine$/);
});

test('a start long after the last tells at once: the Engine may have paused the container in between', async (t) => {
  const check = new Check(t, 'echo fine');
  await check.start(1);
  const [, at] = readFileSync(check.state, 'utf8').split(' ');
  writeFileSync(check.state, `said ${Number(at) - 4} fine`);
  t.deepEqual(await check.start(3), { code: 0, output: 'fine\n', calls: 1 });
  t.deepEqual(await check.start(3), { code: 0, output: 'fine\n', calls: 3 });
});

test('a check that hangs has failed', async (t) => {
  const check = new Check(t, 'true');
  await check.start(1);
  check.does('sleep 30');
  const { code, calls } = await check.start(3);
  t.deepEqual([code, calls], [1, 1]);
});

test('where nothing can be written each start is one check', async (t) => {
  const check = new Check(t, 'echo fine');
  for (let start = 0; start < 2; start += 1) t.deepEqual(await check.start(3, '/nowhere/state'), { code: 0, output: 'fine\n', calls: 1 });
});
