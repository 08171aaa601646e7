import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';

const nodes = ['keepalived_1', 'keepalived_2'];

/** How often the virtual address changed its holder while every core was busy for so many minutes, as the nodes log it. */
export async function movesUnderFullLoad(project: string, minutes: number, signal: AbortSignal): Promise<number> {
  const since = new Date().toISOString();
  const spinners = Array.from({ length: availableParallelism() }, () => spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }));
  try {
    for (let minute = 1; minute <= minutes; minute += 1) {
      await setTimeout(60_000, undefined, { signal });
      // What was measured without load says nothing.
      if (spinners.some(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)) throw new Error('what kept a core busy has ended');
      console.error(`full load: minute ${minute} of ${minutes}, the address has moved ${await countMoves(project, since)} times`);
    }
    return await countMoves(project, since);
  } finally {
    for (const spinner of spinners) spinner.kill('SIGKILL');
  }
}

async function countMoves(project: string, since: string): Promise<number> {
  const logs = await Promise.all(nodes.map((node) => execa('docker', ['logs', '--since', since, `${project}-${node}`])));
  const lines = logs.flatMap(({ stdout }) => stdout.split('\n'));
  return lines.filter((line) => line.includes('"event":"vrrp"') && line.includes('"state":"MASTER"')).length;
}
