/**
 * `npm run bench:failover`: how long clients are without an answer when the load balancer in charge dies, at haplat's
 * defaults and at the settings of the usual tutorial, in turns on the same machine. Prints both and their ratio; then how
 * often the address moves while every core is busy, which it must not.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { movesUnderFullLoad } from './bench/full-load.ts';
import { spreadOf } from './bench/measure.ts';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    runs: { type: 'string', default: '5' },
    'load-minutes': { type: 'string', default: '10' },
  },
});
const rounds = Number(flags.rounds);
const haplat = join(import.meta.dirname, '../dist/haplat');
const folder = await mkdtemp(join(tmpdir(), 'haplat-bench-failover-'));
const config = join(folder, 'haplat.yaml');
const project = 'haplat-bench-failover';
const goalRatio = 10;

/** VRRP version 2, an announcement a second, `killall -0` every two seconds. */
const tutorial = { version: 2, advertIntervalMs: 1000, checkMode: 'process', checkIntervalMs: 2000, checkFailures: 2, checkRises: 2 };
const settings = { tutorial, defaults: {} } as const;
const drills = ['vip-holder', 'node'] as const;
type Setting = keyof typeof settings;

const measured = new Map<string, number[]>();

async function use(setting: Setting): Promise<void> {
  const text = stringify({
    project,
    stateDirectory: join(folder, 'state'),
    network: { subnet: '172.27.8.0/24', vip: '172.27.8.100', appSubnet: '172.27.9.0/24', dataSubnet: '172.27.10.0/24', controlSubnet: '172.27.11.0/24' },
    ports: { http: 28180, https: 28143, dashboard: 28181, netdata: 28199 },
    vrrp: settings[setting],
  });
  await writeFile(config, text);
  await execa(haplat, ['-c', config, 'up', '-q']);
}

/** The node that has the address now: a kill of the other one is no failover. */
async function target(drill: (typeof drills)[number]): Promise<string> {
  if (drill === 'vip-holder') return drill;
  const { stdout } = await execa(haplat, ['-c', config, 'status', '--json'], { reject: false });
  const { vip } = JSON.parse(stdout) as { vip: { holders: string[] } };
  return `node:${vip.holders[0]?.replace('keepalived_', '') ?? '1'}`;
}

async function measure(setting: Setting, drill: (typeof drills)[number]): Promise<void> {
  for (let run = 0; run < Number(flags.runs); run += 1) {
    const args = ['failover', '--kill', await target(drill), '--max-downtime', '60s', '--json', '-q'];
    const { stdout } = await execa(haplat, ['-c', config, ...args], { reject: false });
    const { runs } = JSON.parse(stdout) as { runs: { downtimeMs: number | null }[] };
    const key = `${drill} ${setting}`;
    measured.set(key, [...(measured.get(key) ?? []), ...runs.flatMap(({ downtimeMs }) => (downtimeMs === null ? [] : [downtimeMs]))]);
  }
}

try {
  for (let round = 1; round <= rounds; round += 1) {
    for (const setting of ['tutorial', 'defaults'] as const) {
      await use(setting);
      for (const drill of drills) await measure(setting, drill);
    }
    console.error(`round ${round} of ${rounds} done`);
  }
  console.log('\n| kill | setting | runs | min | p50 | max |\n| --- | --- | --- | --- | --- | --- |');
  for (const drill of drills) {
    const of = (setting: Setting) => spreadOf(measured.get(`${drill} ${setting}`) ?? []);
    for (const setting of ['tutorial', 'defaults'] as const) {
      const { min, median, max } = of(setting);
      const count = measured.get(`${drill} ${setting}`)?.length ?? 0;
      console.log(`| ${drill} | ${setting} | ${count} | ${min.toFixed(0)} ms | ${median.toFixed(0)} ms | ${max.toFixed(0)} ms |`);
    }
    const ratio = of('tutorial').median / of('defaults').median;
    console.log(`| ${drill} | ratio | | | ${ratio.toFixed(1)} × (goal ≥ ${goalRatio} ×) ${ratio >= goalRatio ? 'met' : 'MISSED'} | |`);
  }
  const loadMinutes = Number(flags['load-minutes']);
  if (loadMinutes > 0) {
    const moves = await movesUnderFullLoad(project, loadMinutes);
    console.log(`\nEvery core busy for ${loadMinutes} minutes: the address moved ${moves} times (goal 0) ${moves === 0 ? 'met' : 'MISSED'}`);
  }
} finally {
  await execa(haplat, ['-c', config, 'down', '--volumes', '--yes', '-q'], { reject: false });
  await rm(folder, { recursive: true, force: true });
}
