import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import type { ExecOptions, ExecResult } from '../../../../src/runtime/engine/port.ts';
import { takeLease } from '../../../../src/runtime/guardian/lease-client.ts';
import { waitUntil } from '../../../../src/runtime/wait-until.ts';
import { aService, aTopology, observedContainer } from '../plan/_build.ts';

interface Call {
  readonly command: readonly string[];
  readonly stdin: string;
}

/** One guardian, whose folder is here. `gate` holds each call back, and may fail it. */
async function guardian(gate: (call: Call) => Promise<void> = () => Promise.resolve()) {
  const directory = await mkdtemp(path.join(tmpdir(), 'haplat-lease-client-'));
  const folder = path.join(directory, 'leases');
  await mkdir(folder);
  const calls: Call[] = [];
  const run = ({ command: [file = '', ...args], stdin }: Call) => new Promise<ExecResult>((resolve) => {
    const child = execFile(file, args, { env: { ...process.env, HAPLAT_STATE_DIRECTORY: directory } }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    // One that has gone before it read: its exit code tells.
    child.stdin?.on('error', () => undefined).end(stdin);
  });
  const engine = {
    listContainers: () => Promise.resolve([observedContainer(aTopology([]), aService('guardian_1', { component: 'guardian' }))]),
    exec: async (_name: string, command: readonly string[], { stdin = '' }: ExecOptions) => {
      const call = { command, stdin };
      calls.push(call);
      await gate(call);
      return run(call);
    },
  };
  return { engine, calls, run, folder, leases: async () => (await readdir(folder)).filter((name) => !name.startsWith('.')), [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}

const request = { kind: 'drill', targets: ['db'], holder: 'test' } as const;

test('a writer that gets nothing to write leaves the lease as it is', async (t) => {
  await using at = await guardian();
  const lease = await takeLease(at.engine, 'p', request);
  const read = () => readFile(path.join(at.folder, `${lease.id}.json`), 'utf8');
  const [written] = at.calls;
  const before = await read();
  t.true(written !== undefined && (await at.run({ ...written, stdin: '' })).exitCode !== 0);
  t.is(await read(), before);
  await lease.release();
});

test('a writer that comes late does not bring back what was released', async (t) => {
  await using at = await guardian();
  const lease = await takeLease(at.engine, 'p', request);
  t.deepEqual(await at.leases(), [`${lease.id}.json`]);
  await lease.release();
  const [written] = at.calls;
  t.true(written !== undefined && (await at.run(written)).exitCode === 0);
  t.deepEqual(await at.leases(), []);
});

test('nor what could not be taken', async (t) => {
  await using at = await guardian(({ stdin }) => (stdin === '' ? Promise.resolve() : Promise.reject(new Error('no answer within 5000 ms'))));
  await t.throwsAsync(takeLease(at.engine, 'p', request), { message: 'no answer within 5000 ms' });
  const [written] = at.calls;
  t.true(written !== undefined && (await at.run(written)).exitCode === 0);
  t.deepEqual(await at.leases(), []);
});

test('what is left of old releases goes with a new one', async (t) => {
  await using at = await guardian();
  for (let time = 1; time <= 2; time += 1) {
    const lease = await takeLease(at.engine, 'p', request);
    await lease.release();
    const left = await readdir(at.folder);
    t.deepEqual(left, [`.${lease.id}.gone`]);
    for (const name of left) await utimes(path.join(at.folder, name), 1, 1);
  }
});

test('a renewal that takes long is not overtaken by the next, and a release waits for it', async (t) => {
  let renewals = 0;
  const held = Promise.withResolvers<undefined>();
  await using at = await guardian(async ({ stdin }) => {
    if (stdin === '' || (renewals += 1) === 1) return;
    await held.promise;
  });
  const lease = await takeLease(at.engine, 'p', { ...request, ttlMs: 1000 });
  await waitUntil(() => Promise.resolve(renewals > 1 ? true : undefined), { timeoutMs: 5000, pollMs: 20 });
  const since = performance.now();
  await waitUntil(() => Promise.resolve(performance.now() - since > 800 ? true : undefined), { timeoutMs: 5000, pollMs: 20 });
  t.is(renewals, 2);
  const released = lease.release();
  held.resolve(undefined);
  await released;
  t.deepEqual(await at.leases(), []);
});
