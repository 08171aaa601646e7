/**
 * `npm run bench:app`: haplat's API and worker against the design's original stack (Flask, SQLAlchemy, Gunicorn, pika),
 * in turns, with the same PostgreSQL and RabbitMQ and limits; then what the load balancer with TLS costs, and latency
 * in an open loop, and what clients see of a database that restarts. Prints ratios; a goal that is missed is shown, not failed on.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { atLeast, lower } from './bench-app/goals.ts';
import { restartUnderLoad } from './bench-app/database-restart.ts';
import { addressIn, buildImages, docker, inside, named, peerName, startLoad, startPeer, type Bench } from './bench-app/docker.ts';
import { throughput } from './bench-app/wrk.ts';
import { unlessInterrupted } from './bench/interruption.ts';
import { bounded, spreadOf, toTable, type Row } from './bench/measure.ts';
import { forgetUsersPlatform } from './lib/own-environment.ts';

forgetUsersPlatform();

const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '6' }, jobs: { type: 'string', default: '2000' }, open: { type: 'string', default: '60' }, restarts: { type: 'string', default: '6' } },
});
const seconds = Number(flags.seconds);
const haplat = join(import.meta.dirname, '../dist/haplat');
const folder = await mkdtemp(join(tmpdir(), 'haplat-bench-app-'));
const config = join(folder, 'haplat.yaml');
const bench: Bench = { project: 'haplat-bench-app', stateDirectory: join(folder, 'state') };
const limitMiB = 256;
const vip = '172.27.16.100';
const page = '/items?limit=50';
type Who = 'ours' | 'peer';
const hosts: Readonly<Record<Who, string>> = { ours: 'localhost', peer: peerName };
const databases: Readonly<Record<Who, string>> = { ours: 'haplat', peer: 'peer' };
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
  await unlessInterrupted(measureAll());
} finally {
  const own = ['load', 'peer', 'peer-worker_1', 'peer-worker_2'].map((name) => named(bench, name));
  await execa('docker', ['rm', '-f', ...own], { reject: false });
  await execa(haplat, ['-c', config, 'down', '--volumes', '--yes', '-q'], { reject: false });
  await rm(folder, { recursive: true, force: true });
}

async function measureAll(): Promise<void> {
  await buildImages();
  // Of one that was killed.
  await execa(haplat, ['-c', config, 'down', '--volumes', '--yes', '-q'], { reject: false });
  await execa(haplat, ['-c', config, 'up', '-q']);
  await startLoad(bench);
  // By address: wrk takes no name with an underscore in it.
  const ours = [`${await addressIn(bench, 'app_1')}:3000`, `${await addressIn(bench, 'app_2')}:3000`];
  const peer = [`${await bringPeer()}:8000`];
  await inside(bench, 'ready.ts', ...peer, `https://${vip}:443@${peerName}`);
  for (const targets of [ours, peer]) await throughput(bench, { urls: urls(targets, '/items'), connections: 16, seconds: 2, script: 'post' });
  for (let round = 1; round <= Number(flags.rounds); round += 1) {
    // Which of the two goes first changes with the round.
    const turns = [['ours', ours], ['peer', peer]] as const;
    for (const [who, targets] of round % 2 === 1 ? turns : turns.toReversed()) await measure(who, targets);
    await measureBalancer(ours);
    console.error(`round ${round} of ${flags.rounds} done: ${[...samples].map(([name, values]) => `${name} ${(values.at(-1) ?? Number.NaN).toFixed(1)}`).join(', ')}`);
  }
  await measureOpenLoop(ours);
  await measureRestarts();
  console.log(`\n${toTable(report())}`);
}

async function bringPeer(): Promise<string> {
  await docker('exec', '-u', 'postgres', named(bench, 'db'), 'createdb', '-O', 'haplat', 'peer');
  const python = '/opt/peer/bin/python';
  await docker('run', '--rm', '--network', named(bench, 'data'), '-v', `${bench.stateDirectory}/files/app_1:/run/haplat:ro`, 'haplat-bench/peer', python, '-c', 'import model; model.create_tables()');
  await startPeer(bench, 'peer', ['/opt/peer/bin/gunicorn', '-w', String(cpus().length), '-b', '0.0.0.0:8000', 'app:app'], 2 * limitMiB, true);
  for (const worker of ['peer-worker_1', 'peer-worker_2']) await startPeer(bench, worker, [python, 'worker.py'], limitMiB);
  return addressIn(bench, 'peer');
}

/** Straight to the replicas, then through the virtual address with TLS. */
async function measure(who: Who, targets: readonly string[]): Promise<void> {
  await measureRequests(who, urls(targets, ''));
  await measureJobs(who, who, targets);
  // By its number: an image this small has no /etc/services.
  await measureRequests(`${who} vip`, [`https://${vip}:443`], hosts[who]);
  await measureJobs(who, `${who} vip`, [`https://${vip}:443@${hosts[who]}`]);
  if (who === 'ours') await noteMemory();
}

async function measureRequests(name: string, origins: readonly string[], host?: string): Promise<void> {
  const load = { connections: 16, seconds, ...(host !== undefined && { host }) };
  const get = await throughput(bench, { ...load, urls: origins.map((origin) => `${origin}${page}`) });
  note(`${name} get`, get.perSecond);
  note(`${name} get p99`, get.p99Ms);
  const pages = await throughput(bench, { ...load, urls: [...origins], script: 'pages' });
  note(`${name} pages`, pages.perSecond);
  note(`${name} pages p99`, pages.p99Ms);
  const post = await throughput(bench, { ...load, urls: origins.map((origin) => `${origin}/items`), script: 'post' });
  note(`${name} post`, post.perSecond);
  note(`${name} post p99`, post.p99Ms);
}

async function measureJobs(who: Who, name: string, targets: readonly string[]): Promise<void> {
  const jobs = await inside<{ perSecond: number; accepted: number; finished: number }>(bench, 'jobs.ts', databases[who], flags.jobs, ...targets);
  if (jobs.accepted < Number(flags.jobs) || jobs.finished < jobs.accepted) console.error(`${name}: ${jobs.accepted} jobs accepted, ${jobs.finished} done`);
  note(`${name} jobs`, jobs.perSecond);
}

async function measureBalancer(ours: readonly string[]): Promise<void> {
  const load = { connections: 64, seconds };
  note('direct 64', (await throughput(bench, { ...load, urls: urls(ours, page) })).perSecond);
  note('vip 64', (await throughput(bench, { ...load, urls: [`https://${vip}:443${page}`] })).perSecond);
  note('direct 64 pages', (await throughput(bench, { ...load, urls: urls(ours, ''), script: 'pages' })).perSecond);
  note('vip 64 pages', (await throughput(bench, { ...load, urls: [`https://${vip}:443`], script: 'pages' })).perSecond);
}

async function measureOpenLoop(ours: readonly string[]): Promise<void> {
  const load = inside<{ rate: number; p99: number; failed: number }>(bench, 'open-loop.ts', '0.7', flags.open, page, ...ours);
  const { rate, p99, failed } = await Promise.all([load, noteMemory()]).then(([result]) => result);
  if (failed > 0) console.error(`open loop: ${failed} failed: not counted as measured`);
  note('open rate', rate);
  // A quick refusal is no answer.
  note('open p99', failed > 0 ? Number.NaN : p99);
}

/** In order and by a kill in turns: the one ends its connections, the other is found dead. */
async function measureRestarts(): Promise<void> {
  for (let run = 1; run <= Number(flags.restarts); run += 1) {
    const how = run % 2 === 1 ? 'restart' : 'kill';
    const { slowestMs, recoveryMs, failed } = await restartUnderLoad(bench, how, `https://${vip}:443`);
    note('restart slowest', slowestMs);
    note('restart recovery', recoveryMs);
    console.error(`database, ${how}: ${failed} requests failed, slowest answer ${slowestMs.toFixed(0)} ms, last failure ${recoveryMs.toFixed(0)} ms after it accepts connections`);
  }
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
  const p99 = (what: string, name: string) => lower(what, of(`ours ${name} p99`), of(`peer ${name} p99`));
  const cost = (through: string, direct: string) =>
    spreadOf(of(through).map((value, index) => 100 * (1 - value / (of(direct)[index] ?? Number.NaN)))).median;
  return [
    rate('GET a page of 50, requests/s', 'get', 4),
    rate('GET pages of 35 to 65, so that no two requests can share a read', 'pages', 4),
    rate('POST an item, requests/s', 'post', 6),
    rate('enqueue to done, jobs/s', 'jobs', 4),
    p99('p99 of GET, 16 connections', 'get'),
    p99('p99 of GET pages of 35 to 65', 'pages'),
    p99('p99 of POST, 16 connections', 'post'),
    rate('through the VIP: GET, requests/s', 'vip get', 4),
    rate('through the VIP: GET pages of 35 to 65', 'vip pages', 4),
    rate('through the VIP: POST, requests/s', 'vip post', 6),
    rate('through the VIP: jobs/s', 'vip jobs', 4),
    p99('through the VIP: p99 of GET', 'vip get'),
    p99('through the VIP: p99 of POST', 'vip post'),
    bounded('cost of the VIP with TLS, 64 connections', cost('vip 64', 'direct 64'), 40, '% of direct'),
    bounded('cost of the VIP with TLS, pages of 35 to 65', cost('vip 64 pages', 'direct 64 pages'), 40, '% of direct'),
    bounded('memory of a replica under load', Math.max(...of('memory')), 110, 'MiB'),
    bounded(`p99 of GET at ${of('open rate').join('')} requests/s, open loop`, spreadOf(of('open p99')).median, 25, 'ms'),
    bounded('database restart under load: slowest answer', Math.max(...of('restart slowest')), 1000, 'ms'),
    bounded('database restart: last failure after it accepts connections', Math.max(...of('restart recovery')), 1000, 'ms'),
  ];
}
