import Dockerode from 'dockerode';
import { bounded, type Row } from './measure.ts';

interface Usage {
  readonly cpuNs: number;
  readonly memoryBytes: number;
}

const idleSeconds = 30;
const bytesPerMiB = 1024 * 1024;
const smallOnes = /^(edge|engine-proxy|keepalived_\d)$/;
const nodeOnes = /^(app_\d|worker_\d|guardian)$/;

/** Memory of each container and the processor time of an idle platform over half a minute, from its cgroups. */
export async function footprint(project: string): Promise<Row[]> {
  const docker = new Dockerode();
  const before = await readAll(docker, project);
  // Not a wait for a condition: the span that is measured.
  await new Promise((resolve) => { setTimeout(resolve, idleSeconds * 1000); });
  const after = await readAll(docker, project);
  const cores = (name: string) => ((after.get(name)?.cpuNs ?? 0) - (before.get(name)?.cpuNs ?? 0)) / (idleSeconds * 1e9);
  const memory = (name: string) => (after.get(name)?.memoryBytes ?? 0) / bytesPerMiB;
  const names = [...after.keys()].sort();
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  for (const name of names) console.log(`  ${name.padEnd(14)} ${memory(name).toFixed(1).padStart(7)} MiB ${(cores(name) * 100).toFixed(2).padStart(6)} % of a core`);
  return [
    bounded('memory of edge, engine-proxy and keepalived ×2', sum(names.filter((name) => smallOnes.test(name)).map(memory)), 40, 'MiB'),
    ...names.filter((name) => nodeOnes.test(name)).map((name) => bounded(`memory of ${name}`, memory(name), 110, 'MiB')),
    bounded('idle platform, all containers', sum(names.map(cores)) * 100, 15, '% of a core'),
    ...names.filter((name) => name.startsWith('keepalived')).map((name) => bounded(`idle ${name}`, cores(name) * 100, 4, '% of a core')),
  ];
}

async function readAll(docker: Dockerode, project: string): Promise<Map<string, Usage>> {
  const containers = await docker.listContainers({ filters: { label: [`io.haplat.project=${project}`] } });
  const entries = await Promise.all(
    containers.map(async (container): Promise<[string, Usage]> => {
      const stats = await docker.getContainer(container.Id).stats({ stream: false });
      // The page cache counts as used, but goes when somebody needs the room: left out, as `docker stats` does.
      const details = stats.memory_stats.stats as unknown as Record<string, number>;
      const cache = details['total_inactive_file'] ?? details['inactive_file'] ?? 0;
      return [container.Labels['io.haplat.service'] ?? container.Id, { cpuNs: stats.cpu_stats.cpu_usage.total_usage, memoryBytes: stats.memory_stats.usage - cache }];
    }),
  );
  return new Map(entries);
}
