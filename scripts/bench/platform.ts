import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import { stringify } from 'yaml';
import type { DrillResult } from '../../src/runtime/drill/drill.ts';
import type { StatusReport } from '../../src/runtime/status/report.ts';

const electedWithinMs = 30_000;
const betweenLooksMs = 250;
const haplat = join(import.meta.dirname, '../../dist/haplat');

/** A platform that a bench has to itself, driven through the executable. */
export class BenchPlatform {
  readonly project: string;
  readonly #folder: string;
  /** Ctrl-C ends what runs, and with that the bench: what it made goes with it. */
  readonly #interrupt = new AbortController();

  private constructor(project: string, folder: string) {
    this.project = project;
    this.#folder = folder;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { this.#interrupt.abort(); });
  }

  static async create(project: string): Promise<BenchPlatform> {
    return new BenchPlatform(project, await mkdtemp(join(tmpdir(), `${project}-`)));
  }

  /** Aborts on Ctrl-C. */
  get signal(): AbortSignal {
    return this.#interrupt.signal;
  }

  /** Brings it up with these keys of haplat.yaml in the place of the defaults. */
  async use(own: object = {}): Promise<void> {
    const text = stringify({
      project: this.project,
      stateDirectory: join(this.#folder, 'state'),
      network: { subnet: '172.27.8.0/24', vip: '172.27.8.100', appSubnet: '172.27.9.0/24', dataSubnet: '172.27.10.0/24', controlSubnet: '172.27.11.0/24' },
      ports: { http: 28180, https: 28143, dashboard: 28181, netdata: 28199 },
      ...own,
    });
    await writeFile(this.#config, text);
    await this.#haplat('up', '-q');
  }

  /** Stops services; the next `use` starts them again. */
  async stop(...services: readonly string[]): Promise<void> {
    await execa('docker', ['stop', ...services.map((service) => `${this.project}-${service}`)], { stdin: 'ignore' });
  }

  /** The node that has the address, as drills call it. Nobody has it for seconds while nodes with slow announcements elect one. */
  async holder(): Promise<string> {
    const deadlineMs = performance.now() + electedWithinMs;
    for (;;) {
      const { vip } = JSON.parse(await this.#haplat('status', '--json')) as StatusReport;
      const [holder] = vip.holders;
      if (holder !== undefined) return `node:${holder.replace(/^(keepalived|lb)_/, '')}`;
      if (performance.now() > deadlineMs) throw new Error(`nobody has had the virtual address for ${electedWithinMs} ms`);
      await setTimeout(betweenLooksMs);
    }
  }

  /** Runs one drill. Throws, with what haplat said, when there is no result. */
  async drill(...args: readonly string[]): Promise<DrillResult> {
    const stdout = await this.#haplat('failover', ...args, '--json', '-q');
    return JSON.parse(stdout) as DrillResult;
  }

  async dispose(): Promise<void> {
    await execa(haplat, ['-c', this.#config, 'down', '--volumes', '--yes', '-q'], { reject: false, stdin: 'ignore' });
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #config(): string {
    return join(this.#folder, 'haplat.yaml');
  }

  /** Exit codes of drills and of a degraded platform are results too: only the lack of any output is an error. */
  async #haplat(...args: readonly string[]): Promise<string> {
    const { stdout, stderr, exitCode } = await execa(haplat, ['-c', this.#config, ...args], { reject: false, stdin: 'ignore', cancelSignal: this.#interrupt.signal });
    this.#interrupt.signal.throwIfAborted();
    if (stdout === '' && exitCode !== 0) throw new Error(`haplat ${args.join(' ')} exited with ${String(exitCode)}:\n${stderr}`);
    return stdout;
  }
}
