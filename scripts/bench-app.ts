/**
 * `npm run bench:app`: haplat's API and worker against the design's original stack (Flask, SQLAlchemy, Gunicorn, pika),
 * in turns, with the same PostgreSQL and RabbitMQ and limits; then what the load balancer with TLS costs, and latency
 * in an open loop. Prints ratios; a goal that is missed is shown, not failed on.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { atLeast, lower } from './bench-app/goals.ts';
import { addressIn, buildImages, docker, inside, named, startLoad, startPeer, type Bench } from './bench-app/docker.ts';
import { throughput } from './bench-app/wrk.ts';
import { bounded, spreadOf, toTable, type Row } from './bench/measure.ts';

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '6' }, jobs: { type: 'string', default: '2000' }, open: { type: 'string', default: '60' } },
});
const seconds = Number(flags.seconds);
const haplat = join(import.meta.dirname, '../dist/haplat');
const folder = await mkdtemp(join(tmpdir(), 'haplat-bench-app-'));
const config = join(folder, 'haplat.yaml');
const bench: Bench = { project: 'haplat-bench-app', stateDirectory: join(folder, 'state') };
const limitMiB = 256;
const vip = '172.27.16.100';
const page = '/items?limit=50';
const urls = (targets: readonly string[], path: string) => targets.map((target) => `http://${target}${path}`);

const samples = new Map<string, number[]>();
const note = (name: string, value: number) => { samples.set(name, [...(samples.get(name) ?? []), value]); };
const of = (name: string) => samples.get(name) ?? [];

await writeFile(
  config,
  `project: ${bench.project}
stateDirectory: ${bench.stateDirectory}
network: {subnet: 172.27.16.0/24, vip: ${vip}, appSubnet: 172.27.17.0/24, dataSubnet: 172.27.18.0/24, controlSubnet: 172.27.19.0/24}
ports: {http: 28280, https: 28243, dashboard: 28281, netdata: 28299}
netdata: {enabled: false}
`,
);

try {
  await buildImages();
  await execa(haplat, ['-c', config, 'up', '-q']);
  await startLoad(bench);
  // By address: wrk takes no name with an underscore in it.
  const ours = [`${await addressIn(bench, 'app_1')}:3000`, `${await addressIn(bench, 'app_2')}:3000`];
  const peer = [`${await bringPeer()}:8000`];
  await inside(bench, 'ready.ts', ...peer);
  for (const targets of [ours, peer]) await throughput(bench, { urls: urls(targets, '/items'), connections: 16, seconds: 2, post: true });
  for (let round = 1; round <= Number(flags.rounds); round += 1) {
    // Which of the two goes first changes with the round.
    const turns = [['ours', ours], ['peer', peer]] as const;
    for (const [who, targets] of round % 2 === 1 ? turns : turns.toReversed()) await measure(who, targets);
    await measureBalancer(ours);
    console.error(`round ${round} of ${flags.rounds} done: ${[...samples].map(([name, values]) => `${name} ${(values.at(-1) ?? Number.NaN).toFixed(1)}`).join(', ')}`);
  }
  await measureOpenLoop(ours);
  console.log(`\n${toTable(report())}`);
} finally {
  const own = ['load', 'peer', 'peer-worker_1', 'peer-worker_2'].map((name) => named(bench, name));
  await execa('docker', ['rm', '-f', ...own], { reject: false });
  await execa(haplat, ['-c', config, 'down', '--volumes', '--yes', '-q'], { reject: false });
  await rm(folder, { recursive: true, force: true });
}

async function bringPeer(): Promise<string> {
  await docker('exec', '-u', 'postgres', named(bench, 'db'), 'createdb', '-U', 'haplat', 'peer');
  const python = '/opt/peer/bin/python';
  await docker('run', '--rm', '--network', named(bench, 'data'), '-v', `${bench.stateDirectory}/files/app_1:/run/haplat:ro`, 'haplat-bench/peer', python, '-c', 'import model; model.create_tables()');
  await startPeer(bench, 'peer', ['/opt/peer/bin/gunicorn', '-w', String(cpus().length), '-b', '0.0.0.0:8000', 'app:app'], 2 * limitMiB);
  for (const worker of ['peer-worker_1', 'peer-worker_2']) await startPeer(bench, worker, [python, 'worker.py'], limitMiB);
  return addressIn(bench, 'peer');
}

async function measure(who: string, targets: readonly string[]): Promise<void> {
  const get = await throughput(bench, { urls: urls(targets, page), connections: 16, seconds });
  note(`${who} get`, get.perSecond);
  note(`${who} get p99`, get.p99Ms);
  const post = await throughput(bench, { urls: urls(targets, '/items'), connections: 16, seconds, post: true });
  note(`${who} post`, post.perSecond);
  note(`${who} post p99`, post.p99Ms);
  const jobs = await inside<{ perSecond: number; accepted: number; finished: number }>(bench, 'jobs.ts', who === 'ours' ? 'haplat' : 'peer', flags.jobs, ...targets);
  if (jobs.accepted < Number(flags.jobs) || jobs.finished < jobs.accepted) console.error(`${who}: ${jobs.accepted} jobs accepted, ${jobs.finished} done`);
  note(`${who} jobs`, jobs.perSecond);
  if (who === 'ours') await noteMemory();
}

async function measureBalancer(ours: readonly string[]): Promise<void> {
  note('direct 64', (await throughput(bench, { urls: urls(ours, page), connections: 64, seconds })).perSecond);
  // By its number: an image this small has no /etc/services.
  note('vip 64', (await throughput(bench, { urls: [`https://${vip}:443${page}`], connections: 64, seconds })).perSecond);
}

async function measureOpenLoop(ours: readonly string[]): Promise<void> {
  const rate = Math.floor(0.7 * spreadOf(of('ours get')).median);
  const load = inside<{ p99: number; failed: number }>(bench, 'open-loop.ts', String(rate), flags.open, page, ...ours);
  const { p99, failed } = await Promise.all([load, noteMemory()]).then(([result]) => result);
  if (failed > 0) console.error(`open loop: ${failed} failed`);
  note('open rate', rate);
  note('open p99', p99);
}

async function noteMemory(): Promise<void> {
  const text = await docker('stats', '--no-stream', '--format', '{{.MemUsage}}', named(bench, 'app_1'), named(bench, 'app_2'));
  for (const line of text.split('\n')) {
    if (!line.includes('MiB /')) throw new Error(`docker stats said something else: ${line}`);
    note('memory', parseFloat(line));
  }
}

function report(): Row[] {
  const rate = (what: string, name: string, goal: number) => atLeast(what, of(`ours ${name}`), of(`peer ${name}`), goal);
  const cost = spreadOf(of('vip 64').map((value, index) => 100 * (1 - value / (of('direct 64')[index] ?? Number.NaN)))).median;
  return [
    rate('GET a page of 50, requests/s', 'get', 4),
    rate('POST an item, requests/s', 'post', 6),
    rate('enqueue to done, jobs/s', 'jobs', 4),
    lower('p99 of GET, 16 connections', of('ours get p99'), of('peer get p99')),
    lower('p99 of POST, 16 connections', of('ours post p99'), of('peer post p99')),
    bounded('cost of the VIP with TLS, 64 connections', cost, 40, '% of direct'),
    bounded('memory of a replica under load', Math.max(...of('memory')), 110, 'MiB'),
    bounded(`p99 of GET at ${of('open rate').join('')} requests/s, open loop`, spreadOf(of('open p99')).median, 25, 'ms'),
  ];
}
