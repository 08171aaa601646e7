import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

const image = 'haplat-bench/compose-peer';
const pluginPath = '/usr/libexec/docker/cli-plugins/docker-compose';

/** An environment in which `docker compose` works: as it is here, or with Debian's plugin beside a fresh Docker configuration in this folder. */
export async function composeEnvironment(own: string): Promise<Record<string, string>> {
  if ((await execa('docker', ['compose', 'version'], { reject: false })).exitCode === 0) return {};
  const folder = join(own, 'docker/cli-plugins');
  await mkdir(folder, { recursive: true });
  const dockerfile = 'FROM debian:trixie-slim\nRUN apt-get update -qq && apt-get install -qqy --no-install-recommends docker-compose\n';
  const container = `haplat-bench-${process.pid}`;
  await execa('docker', ['build', '-q', '-t', image, '-'], { input: dockerfile, env: { DOCKER_BUILDKIT: '0' } });
  await execa('docker', ['create', '--name', container, image, 'true']);
  try {
    await execa('docker', ['cp', `${container}:${pluginPath}`, join(folder, 'docker-compose')]);
  } finally {
    await execa('docker', ['rm', '-f', container]);
  }
  return { DOCKER_CONFIG: join(folder, '..') };
}
