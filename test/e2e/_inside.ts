import { join } from 'node:path';
import { execa } from 'execa';
import { docker, eventually, type Platform } from './_platform.ts';

const root = join(import.meta.dirname, '../..');
const image = 'debian:trixie-slim';

interface InsideOptions {
  readonly network: 'public' | 'app' | 'data';
  readonly input?: string;
  readonly timeoutMs?: number;
}

/**
 * Runs a script of _inside/ in a container of its own on one of the platform's networks, with our Node and the
 * secrets of the API: where there are addresses and passwords that the host need not have. Returns what it printed.
 */
export async function inside(platform: Platform, script: string, args: readonly string[], options: InsideOptions): Promise<string> {
  const { network, input = '', timeoutMs = 30_000 } = options;
  const { stdout } = await execa(
    'docker',
    [
      'run', '--rm', '-i', '--network', platform.container(network), '--label', `io.haplat.test=${platform.project}`,
      '-v', `${root}:/repo:ro`, '-v', `${join(platform.stateDirectory, 'files/app_1')}:/run/haplat:ro`,
      image, '/repo/node_modules/node/bin/node', `/repo/test/e2e/_inside/${script}`, ...args,
    ],
    { input, timeout: timeoutMs },
  );
  return stdout;
}

/** Puts a message into a queue, whatever it is. */
export async function publish(platform: Platform, queue: string, content: Buffer | string, headers: object = {}): Promise<void> {
  const input = Buffer.from(content).toString('base64');
  await inside(platform, 'publish.ts', [queue, JSON.stringify(headers)], { network: 'data', input });
}

/** Runs SQL as the owner of the data, or as the server's administrator, and returns the rows as text. */
export async function sql(platform: Platform, statement: string, role: 'haplat' | 'postgres' = 'haplat'): Promise<string> {
  const psql = ['psql', '-U', role, '-d', 'haplat', '-tAqc', statement];
  return (await execa('docker', ['exec', '-u', 'postgres', platform.container('db'), ...psql])).stdout.trim();
}

/** Longer than anything takes that is done under a lock: a slow machine must not be through with it only because it ran out. */
const lockSeconds = 300;

/**
 * Takes a lock and keeps it; resolves when it is taken, to what frees it. That rejects where nobody held it any more, so that
 * what was done meanwhile is known to have been done under it; a second time it does nothing.
 */
export async function lock(platform: Platform, statement: string): Promise<() => Promise<void>> {
  const held = sql(platform, `SET application_name = 'test-lock'; BEGIN; ${statement}; SELECT pg_sleep(${lockSeconds}); COMMIT`).catch(() => undefined);
  await eventually('the lock', 30_000, async () =>
    (await sql(platform, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'test-lock' AND wait_event = 'PgSleep'")) === '1' ? true : undefined,
  );
  let isTaken = true;
  return async () => {
    if (!isTaken) return;
    isTaken = false;
    const ended = await sql(platform, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'test-lock'");
    await held;
    if (ended !== '1') throw new Error('nobody held the lock any more');
  };
}

/**
 * How a node's connecting to an address that nobody has ends, on a network behind it. Two seconds at most: a kernel by
 * itself gives a neighbour up after three.
 */
export async function connectToNobody(platform: Platform, node: string, network: 'app' | 'control'): Promise<string> {
  const subnet = await docker('network', 'inspect', '--format', '{{(index .IPAM.Config 0).Subnet}}', platform.container(network));
  const address = subnet.trim().replace(/\.0\/24$/, '.254');
  const command = ['timeout', '2', 'bash', '-c', `exec 3<>/dev/tcp/${address}/80`];
  return (await platform.engine.exec(platform.container(node), command, { timeoutMs: 10_000 })).stderr;
}
