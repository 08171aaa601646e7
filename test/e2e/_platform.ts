import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { forgetUsersPlatform } from '../../scripts/lib/own-environment.ts';
import { connectEngine } from '../../src/runtime/engine/dockerode-engine.ts';
import { findEndpoint } from '../../src/runtime/engine/endpoint.ts';
import type { Engine } from '../../src/runtime/engine/port.ts';
import type { StatusReport } from '../../src/runtime/status/report.ts';
import { request, type Answer, type RequestOptions } from './_http.ts';

forgetUsersPlatform();
/** The one that haplat finds, and with it the platforms. */
const endpoint = await findEndpoint({ env: process.env, homeDirectory: homedir() });
/** Its socket, where it is reached by one. */
export const engineSocket = endpoint.kind === 'socket' ? endpoint.path : '/var/run/docker.sock';
export const executable = join(import.meta.dirname, '../../dist/haplat');

/** The Engine tells of what has happened at once. */
const toldWithinMs = 30_000;

/** What a platform of the tests is to be like; the rest is made up from the number. */
export interface PlatformOptions {
  readonly project: string;
  /** Chooses subnets and ports, so that platforms of tests and users do not meet: 1 to 60, for each its own. */
  readonly number: number;
  /** More of haplat.yaml: lines at the top level. */
  readonly yaml?: string;
}

export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A platform of its own in a temporary folder, driven as a user does: through the executable. */
export class Platform {
  readonly project: string;
  readonly folder: string;
  readonly vip: string;
  readonly ports: { readonly http: number; readonly https: number; readonly dashboard: number; readonly netdata: number };
  readonly engine: Engine = connectEngine(endpoint);
  readonly #number: number;
  readonly #running = new Set<Promise<unknown> & { kill(signal: 'SIGINT'): boolean }>();

  private constructor(folder: string, options: PlatformOptions) {
    this.folder = folder;
    this.project = options.project;
    this.#number = options.number;
    this.vip = `172.28.${options.number}.100`;
    const base = 20_000 + options.number * 100;
    this.ports = { http: base + 80, https: base + 43, dashboard: base + 81, netdata: base + 99 };
  }

  /** Makes the folder and its haplat.yaml; removes what an earlier run left of this project. Brings nothing up. */
  static async create(options: PlatformOptions): Promise<Platform> {
    const platform = new Platform(await mkdtemp(join(tmpdir(), `haplat-e2e-${options.project}-`)), options);
    await platform.configure(options.yaml ?? '');
    await platform.clear();
    return platform;
  }

  /** Writes haplat.yaml anew, with these lines added. */
  async configure(yaml: string): Promise<void> {
    await this.#write({}, yaml);
  }

  /** Writes haplat.yaml anew, with these keys of `network` in the place of its own. */
  async configureNetwork(network: Readonly<Record<string, string>>): Promise<void> {
    await this.#write(network, '');
  }

  async #write(network: Readonly<Record<string, string>>, yaml: string): Promise<void> {
    const subnet = (third: number) => `172.29.${this.#number * 4 + third}.0/24`;
    const own = { subnet: `172.28.${this.#number}.0/24`, vip: this.vip, appSubnet: subnet(1), dataSubnet: subnet(2), controlSubnet: subnet(3) };
    const head = { project: this.project, stateDirectory: this.stateDirectory, network: { ...own, ...network }, ports: this.ports };
    await writeFile(this.configFile, `${stringify(head)}${yaml}\n`);
  }

  get configFile(): string {
    return join(this.folder, 'haplat.yaml');
  }

  get stateDirectory(): string {
    return join(this.folder, 'state');
  }

  /** Starts the program and does not wait: to kill it, for instance. */
  start(args: readonly string[], options: { readonly env?: Readonly<Record<string, string>> } = {}) {
    const child = execa(executable, ['-c', this.configFile, ...args], { cwd: this.folder, stdin: 'ignore', reject: false, ...options });
    this.#running.add(child);
    void child.finally(() => this.#running.delete(child));
    return child;
  }

  /** Ends what was started and has not ended, as Ctrl-C does. */
  async endAll(): Promise<void> {
    for (const child of this.#running) child.kill('SIGINT');
    await Promise.all(this.#running);
  }

  async run(...args: string[]): Promise<Outcome> {
    return outcomeOf(await this.start(args));
  }

  /** Runs it; throws with all that it printed when it does not exit with 0. */
  async mustRun(...args: string[]): Promise<Outcome> {
    const outcome = await this.run(...args);
    if (outcome.exitCode !== 0) throw new Error(`haplat ${args.join(' ')} exited with ${outcome.exitCode}:\n${outcome.stdout}\n${outcome.stderr}`);
    return outcome;
  }

  /** What the guardians have done: a test that failed tells it, as no assertion shows who else was at work. */
  async repairs(): Promise<string[]> {
    const { stdout } = await this.run('logs', 'guardian_1', 'guardian_2', '--tail', '1000');
    return stdout.split('\n').filter((line) => line.includes('"event":"repair"')).slice(-20);
  }

  async json<Document>(...args: string[]): Promise<Document> {
    return JSON.parse((await this.run(...args, '--json')).stdout) as Document;
  }

  async status(): Promise<StatusReport> {
    return this.json<StatusReport>('status');
  }

  async ca(): Promise<string> {
    return readFile(join(this.stateDirectory, 'ca/ca.crt'), 'utf8');
  }

  /** An HTTPS request to the published port of this host. */
  async https(path: string, options: Omit<RequestOptions, 'ca'> = {}): Promise<Answer> {
    return request(`https://localhost:${this.ports.https}${path}`, { ca: await this.ca(), ...options });
  }

  container(service: string): string {
    return `${this.project}-${service}`;
  }

  /** Kills process 1 from the host, as a crash does: unlike `docker kill` it does not tell the Engine that it is meant. */
  async killProcessOne(service: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const details = await this.engine.inspectContainer(this.container(service));
    if (details === undefined || details.pid === 0) throw new Error(`${service} does not run`);
    process.kill(details.pid, signal);
  }

  /**
   * Stops it, and returns with which exit code it has ended, as the Engine has told. A guardian has it running again a tenth
   * of a second later, and of who runs there is no exit code.
   */
  async exitCodeOfStop(service: string): Promise<number | undefined> {
    const container = this.container(service);
    const listening = Promise.withResolvers<undefined>();
    const events = this.engine.events({ project: this.project, signal: AbortSignal.timeout(toldWithinMs), onReady: () => { listening.resolve(undefined); } });
    const told = exitCodeIn(events, container);
    await listening.promise;
    await this.engine.stopContainer(container);
    return told;
  }

  /** Both at once: whoever is stopped first, the other would start again. */
  async stopGuardians(): Promise<void> {
    await Promise.all(['guardian_1', 'guardian_2'].map((guardian) => this.engine.stopContainer(this.container(guardian))));
  }

  /** Waits until `status` says that all is well and the address has one holder. */
  async untilHealthy(withinMs: number): Promise<StatusReport> {
    return eventually(`${this.project} to be healthy`, withinMs, async () => {
      const report = await this.status();
      return report.healthy ? report : new Error(report.problems.join('; '));
    });
  }

  /**
   * Waits until `status` tells of such a problem. `ask` is what clients do meanwhile: where it has an Error, what they were
   * answered is not yet what it should be.
   */
  async untilProblem(problem: RegExp, ask: () => Promise<Error | undefined> = () => Promise.resolve(undefined)): Promise<void> {
    await eventually('status to tell of it', 60_000, async () => {
      const wrong = await ask();
      if (wrong !== undefined) return wrong;
      const { problems } = await this.status();
      return problems.some((one) => problem.test(one)) ? true : new Error(problems.join('; '));
    });
  }

  /**
   * `down`, for a test that begins with nothing. A network may stay that the Engine has miscounted: 20.10 loses
   * count where containers come and go at once (libnetwork, getNetworksFromStore: two operations share one counter), until it
   * is restarted, which a test can't do beside a user's platform. The next `up` takes such a network as it is.
   */
  async clear(flags: readonly string[] = ['--volumes', '--yes']): Promise<void> {
    const { exitCode, stdout, stderr } = await this.run('down', '-q', ...flags);
    if (exitCode === 0 || stderr.includes('the Engine counts a container on it that is gone')) return;
    throw new Error(`down exited with ${exitCode}:\n${stdout}\n${stderr}`);
  }

  /** Removes everything, also what a failed test left: what it started and would have ended itself, too. */
  async dispose(): Promise<void> {
    await this.endAll();
    await this.run('down', '--volumes', '--yes', '-q');
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function exitCodeIn(events: ReturnType<Engine['events']>, container: string): Promise<number | undefined> {
  for await (const event of events) if (event.container === container && event.action === 'die') return event.exitCode;
  return undefined;
}

export function outcomeOf(result: { readonly exitCode?: number | undefined; readonly stdout?: unknown; readonly stderr?: unknown }): Outcome {
  return { exitCode: result.exitCode ?? -1, stdout: String(result.stdout), stderr: String(result.stderr) };
}

/** Between two looks at a condition. */
const lookEachMs = 200;

/** Looks again and again until the answer is not an Error (nor undefined); throws the last one when time is up. */
export async function eventually<T>(what: string, withinMs: number, look: () => Promise<T | Error | undefined>): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    let answer: T | Error | undefined;
    try {
      answer = await look();
    } catch (error) {
      answer = error instanceof Error ? error : new Error(String(error));
    }
    if (answer !== undefined && !(answer instanceof Error)) return answer;
    if (performance.now() > deadline) {
      // Said here: the runner prints no cause.
      const last = answer instanceof Error ? `: ${answer.message}` : '';
      throw new Error(`waited ${withinMs} ms for ${what}${last}`, { cause: answer });
    }
    await new Promise((resolve) => { setTimeout(resolve, lookEachMs); });
  }
}

/** Runs the docker command line, for what the Engine port has no word for. */
export async function docker(...args: string[]): Promise<string> {
  return (await execa('docker', args)).stdout;
}
