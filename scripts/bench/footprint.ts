import { cpus } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import { bounded, type Row } from './measure.ts';

interface Usage {
  readonly cpuPercent: number;
  readonly memoryMiB: number;
}

/** Each takes about two seconds: half a minute in all. */
const samples = 15;
/** Longer than any container goes between two starts of its health check. */
const wholeMachineMs = 65_000;
const smallOnes = /^(edge|engine-proxy_\d|keepalived_\d)$/;
const nodeOnes = /^(app_\d|worker_\d|guardian_\d)$/;
const unitsMiB: Readonly<Record<string, number>> = { B: 1 / 1024 ** 2, KiB: 1 / 1024, MiB: 1, GiB: 1024 };

/**
 * Memory of each container and the processor time of an idle platform over half a minute, as `docker stats` has them; and
 * that of the whole machine, as what the Engine does for its containers (it starts their health checks) is nobody's there.
 */
export async function footprint(project: string): Promise<Row[]> {
  const wholeMachine = await busyPercent();
  const sums = new Map<string, Usage>();
  for (let sample = 0; sample < samples; sample += 1) {
    for (const [name, usage] of await readAll(project)) {
      const sum = sums.get(name) ?? { cpuPercent: 0, memoryMiB: 0 };
      sums.set(name, { cpuPercent: sum.cpuPercent + usage.cpuPercent / samples, memoryMiB: sum.memoryMiB + usage.memoryMiB / samples });
    }
  }
  const names = [...sums.keys()].sort();
  // An Engine that lost sight of its control groups says 0 for everything: that is no measurement.
  if (![...sums.values()].some((usage) => usage.memoryMiB > 0)) {
    console.log('  the Engine gives no figures of its containers: restart it, and measure again');
    return [];
  }
  const cpu = (name: string) => sums.get(name)?.cpuPercent ?? Number.NaN;
  const memory = (name: string) => sums.get(name)?.memoryMiB ?? Number.NaN;
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  for (const name of names) console.log(`  ${name.padEnd(14)} ${memory(name).toFixed(1).padStart(7)} MiB ${cpu(name).toFixed(2).padStart(6)} % of a core`);
  return [
    bounded('memory of edge, Engine proxies and keepalived ×2', sum(names.filter((name) => smallOnes.test(name)).map(memory)), 40, 'MiB'),
    ...names.filter((name) => nodeOnes.test(name)).map((name) => bounded(`memory of ${name}`, memory(name), 110, 'MiB')),
    bounded('idle platform, all containers', sum(names.map(cpu)), 15, '% of a core'),
    bounded('idle platform, the whole machine', wholeMachine, 30, '% of a core'),
    ...names.filter((name) => name.startsWith('keepalived')).map((name) => bounded(`idle ${name}`, cpu(name), 4, '% of a core')),
  ];
}

/** Of one core, all cores together. */
async function busyPercent(): Promise<number> {
  const busyMs = () => cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  const [beforeMs, since] = [busyMs(), performance.now()];
  await setTimeout(wholeMachineMs);
  return (100 * (busyMs() - beforeMs)) / (performance.now() - since);
}

async function readAll(project: string): Promise<Map<string, Usage>> {
  const { stdout: ids } = await execa('docker', ['ps', '-q', '--filter', `label=io.haplat.project=${project}`]);
  const { stdout } = await execa('docker', ['stats', '--no-stream', '--format', '{{.Name}} {{.CPUPerc}} {{.MemUsage}}', ...ids.split('\n')]);
  return new Map(
    stdout.split('\n').map((line): [string, Usage] => {
      const [name = '', cpu = '', memory = ''] = line.split(' ');
      const [, amount, unit = ''] = /^([\d.]+)(\w+)$/.exec(memory) ?? [];
      return [name.slice(project.length + 1), { cpuPercent: parseFloat(cpu), memoryMiB: Number(amount) * (unitsMiB[unit] ?? Number.NaN) }];
    }),
  );
}
