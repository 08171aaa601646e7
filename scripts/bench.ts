/**
 * `npm run bench`: haplat against `docker compose` on the file that `haplat export compose` writes, in turns in the same
 * run, images present; then what an idle platform takes. Prints ratios; a goal that is missed is shown, not failed on.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { composeEnvironment } from './bench/compose-peer.ts';
import { footprint } from './bench/footprint.ts';
import { unlessInterrupted } from './bench/interruption.ts';
import { bounded, comparison, spreadOf, timeOnce, toTable, type Command, type Row } from './bench/measure.ts';
import { forgetUsersPlatform } from './lib/own-environment.ts';

forgetUsersPlatform();

const { values: flags } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, 'skip-footprint': { type: 'boolean', default: false } } });
const rounds = Number(flags.rounds);
const quickRuns = 5;
const judgedWithinMs = 60_000;
const project = 'haplat-bench';
const haplatFile = join(import.meta.dirname, '../dist/haplat');
const folder = await mkdtemp(join(tmpdir(), 'haplat-bench-'));
const config = join(folder, 'haplat.yaml');
const composeFile = join(folder, 'compose.yaml');

const haplat = (...args: string[]): Command => ({ file: haplatFile, args: ['-c', config, '-q', ...args] });
const compose = (env: Record<string, string>, ...args: string[]): Command => ({
  file: 'docker',
  args: ['compose', '-f', composeFile, ...args],
  env: { ...env, COMPOSE_ANSI: 'never', COMPOSE_PROGRESS: 'quiet' },
});

await writeFile(
  config,
  `project: ${project}
stateDirectory: ${join(folder, 'state')}
network: {subnet: 172.27.0.0/24, vip: 172.27.0.100, appSubnet: 172.27.1.0/24, dataSubnet: 172.27.2.0/24, controlSubnet: 172.27.3.0/24}
ports: {http: 28080, https: 28443, dashboard: 28081, netdata: 29999}
`,
);

const samples = { upOurs: [], upPeer: [], againOurs: [], againPeer: [], statusOurs: [], statusPeer: [], downOurs: [], downPeer: [] } as Record<string, number[]>;
const take = async (name: string, command: Command) => { (samples[name] ??= []).push(await timeOnce(command)); };

try {
  await unlessInterrupted(measureAll());
} finally {
  await execa(haplatFile, ['-c', config, 'down', '--volumes', '--yes'], { reject: false });
  await rm(folder, { recursive: true, force: true });
}

async function measureAll(): Promise<void> {
  const env = await composeEnvironment(folder);
  // Of one that was killed.
  await execa(haplatFile, ['-c', config, 'down', '--volumes', '--yes'], { reject: false });
  // Once before anything counts: builds images, makes secrets and files.
  await timeOnce(haplat('up'));
  const idle = flags['skip-footprint'] ? [] : await footprint(project);
  await writeFile(composeFile, (await execa(haplatFile, ['-c', config, 'export', 'compose'])).stdout);
  await timeOnce(haplat('down', '--volumes', '--yes'));

  for (let round = 1; round <= rounds; round += 1) {
    // Which of the two goes first changes with the round.
    const turns = round % 2 === 1 ? [runOurs, runPeer] : [runPeer, runOurs];
    for (const turn of turns) await turn(env);
    console.error(`round ${round} of ${rounds} done`);
  }
  const startup: number[] = [];
  for (let run = 0; run < 20; run += 1) startup.push(await timeOnce({ file: haplatFile, args: ['--version'] }));
  const rows: Row[] = [
    comparison('cold up', samples['upOurs'] ?? [], samples['upPeer'] ?? [], 1.0),
    comparison('up with nothing to do', samples['againOurs'] ?? [], samples['againPeer'] ?? [], 0.7),
    comparison('down', samples['downOurs'] ?? [], samples['downPeer'] ?? [], 1.0),
    comparison('status against ps', samples['statusOurs'] ?? [], samples['statusPeer'] ?? [], 1.5),
    bounded('haplat --version', spreadOf(startup).median, 100, 'ms'),
    ...idle,
  ];
  console.log(`\n${toTable(rows)}`);
}

async function runOurs(): Promise<void> {
  await take('upOurs', haplat('up'));
  await allJudged();
  for (let run = 0; run < quickRuns; run += 1) {
    await take('againOurs', haplat('up'));
    await take('statusOurs', haplat('status'));
  }
  await take('downOurs', haplat('down', '--volumes', '--yes'));
}

async function runPeer(env: Record<string, string>): Promise<void> {
  await take('upPeer', compose(env, 'up', '-d', '--wait'));
  await allJudged();
  for (let run = 0; run < quickRuns; run += 1) {
    await take('againPeer', compose(env, 'up', '-d', '--wait'));
    await take('statusPeer', compose(env, 'ps'));
  }
  await take('downPeer', compose(env, 'down', '--volumes'));
}

/**
 * Waits until the Engine itself has judged every container: until then haplat runs the checks of those that an older
 * Engine still calls starting, which `ps` does not do.
 */
async function allJudged(): Promise<void> {
  const deadline = performance.now() + judgedWithinMs;
  const starting = ['ps', '-q', '--filter', `name=${project}`, '--filter', 'health=starting'];
  while ((await execa('docker', starting)).stdout !== '') {
    if (performance.now() > deadline) throw new Error(`after ${judgedWithinMs} ms the Engine still calls some containers starting`);
    await setTimeout(200);
  }
}
