import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import tar from 'tar-stream';
import { buffer } from 'node:stream/consumers';

const here = import.meta.dirname;
const root = join(here, '../..');
const systemCertificates = '/etc/ssl/certs/ca-certificates.crt';
export const images = { peer: 'haplat-bench/peer', load: 'haplat-bench/load' } as const;

export async function docker(...args: string[]): Promise<string> {
  return (await execa('docker', args, { stdin: 'ignore' })).stdout;
}

/** Builds what the bench runs beside the platform. A machine behind a proxy with its own CA has it in its bundle. */
export async function buildImages(): Promise<void> {
  for (const name of ['peer', 'load'] as const) {
    const pack = tar.pack();
    for (const file of await readdir(join(here, name))) pack.entry({ name: file }, await readFile(join(here, name, file)));
    pack.entry({ name: 'host-ca.pem' }, await readFile(systemCertificates).catch(() => Buffer.alloc(0)));
    pack.finalize();
    const variables = ['http_proxy', 'https_proxy', 'no_proxy', 'PIP_INDEX_URL'].filter((variable) => process.env[variable] !== undefined);
    const args = variables.flatMap((variable) => ['--build-arg', variable]);
    await execa('docker', ['build', '-q', '-t', images[name], ...args, '-'], { input: await buffer(pack) });
  }
}

/** The platform that is measured. */
export interface Bench {
  readonly project: string;
  readonly stateDirectory: string;
}

/** Where a container is on the network that replicas and database share. */
export async function addressIn(bench: Bench, name: string): Promise<string> {
  const format = `{{(index .NetworkSettings.Networks "${named(bench, 'data')}").IPAddress}}`;
  return docker('inspect', '--format', format, named(bench, name));
}

export const named = ({ project }: Bench, name: string): string => `${project}-${name}`;
const secretsOf = ({ stateDirectory }: Bench): string => join(stateDirectory, 'files/app_1');

/** What the Host header of requests to the peer says when they come through the virtual address. */
export const peerName = 'peer.bench';
/** How the platform's Traefik finds the peer's API: as it finds ours. */
const routed = (project: string) => ({
  'traefik.enable': 'true',
  'io.haplat.project': project,
  'traefik.http.routers.peer.rule': `Host(\`${peerName}\`)`,
  'traefik.http.routers.peer.entrypoints': 'websecure',
  'traefik.http.routers.peer.tls': 'true',
  'traefik.http.routers.peer.service': 'peer',
  'traefik.http.routers.peer.priority': '1000',
  'traefik.http.services.peer.loadbalancer.server.port': '8000',
});

/** Starts one container of the peer beside the platform, with the application's own limit. */
export async function startPeer(bench: Bench, name: string, command: readonly string[], memoryMiB: number, isRouted = false): Promise<void> {
  const labels = isRouted ? Object.entries(routed(bench.project)).flatMap(([key, value]) => ['--label', `${key}=${value}`]) : [];
  await docker(
    'create', '--name', named(bench, name), '--network', named(bench, 'data'), '--network-alias', name, '--memory', `${memoryMiB}m`,
    '-v', `${secretsOf(bench)}:/run/haplat:ro`, ...labels, images.peer, ...command,
  );
  if (isRouted) await docker('network', 'connect', named(bench, 'app'), named(bench, name));
  await docker('start', named(bench, name));
}

/** Where the load comes from: on all networks of the platform that clients and replicas are on. */
export async function startLoad(bench: Bench): Promise<void> {
  const name = named(bench, 'load');
  await docker(
    'run', '-d', '--name', name, '--network', named(bench, 'data'), '-v', `${secretsOf(bench)}:/run/haplat:ro`, '-v', `${root}:/repo:ro`,
    images.load, 'sleep', 'infinity',
  );
  await docker('network', 'connect', named(bench, 'public'), name);
}

/** Runs a script of inside/ in the load's container; it prints JSON. */
export async function inside<Result>(bench: Bench, script: string, ...args: string[]): Promise<Result> {
  const node = '/repo/node_modules/node/bin/node';
  return JSON.parse(await docker('exec', named(bench, 'load'), node, `/repo/scripts/bench-app/inside/${script}`, ...args)) as Result;
}
