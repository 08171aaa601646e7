import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerSpec } from '../../src/runtime/engine/container-spec.ts';
import { connectEngine } from '../../src/runtime/engine/dockerode-engine.ts';
import { labels } from '../../src/runtime/engine/labels.ts';
import type { ContainerDetails, Engine } from '../../src/runtime/engine/port.ts';
import { serveGuardian } from '../../src/runtime/guardian/main.ts';
import { engineSocket } from './_platform.ts';

const socketPath = engineSocket;
const image = 'debian:trixie-slim';
const deadlineMs = 30_000;

/** A few throw-away containers with a guardian that speaks to the real Engine. */
export class PlainContainers implements AsyncDisposable {
  readonly engine: Engine;
  readonly project = 'e2e-guard';
  readonly #stop = new AbortController();
  readonly #made: string[] = [];
  #directory = '';
  #guardian: Promise<void> = Promise.resolve();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** None yet, and no guardian. */
  static async start(...others: readonly string[]): Promise<PlainContainers> {
    const engine = connectEngine({ kind: 'socket', path: socketPath });
    for (const one of [image, ...others]) {
      if ((await engine.inspectImage(one)) === undefined) await engine.pullImage(one, {});
    }
    const containers = new PlainContainers(engine);
    containers.#directory = await mkdtemp(path.join(tmpdir(), 'e2e-guard-'));
    return containers;
  }

  guard(): void {
    this.#guardian = serveGuardian({
      env: { HAPLAT_PROJECT: this.project, HAPLAT_ENGINE_SOCKET: socketPath, HAPLAT_STATE_DIRECTORY: this.#directory, PORT: '0' },
      signal: this.#stop.signal,
      out: { write: () => true },
    });
  }

  async run(service: string, podOwner?: string, own: Partial<ContainerSpec> = {}): Promise<void> {
    const name = `${this.project}-${service}`;
    this.#made.unshift(name);
    await this.engine.createContainer({
      ...plain,
      name,
      hostname: service,
      labels: {
        [labels.project]: this.project,
        [labels.service]: service,
        [labels.component]: service.replace(/_\d+$/, ''),
        ...(podOwner !== undefined && { [labels.podOwner]: podOwner, [labels.dependsOn]: podOwner }),
      },
      ...(podOwner !== undefined && { joins: `${this.project}-${podOwner}` }),
      env: { HAPLAT_STATE_DIRECTORY: '/state' },
      mounts: [{ kind: 'bind', source: this.#directory, target: '/state', readOnly: false }],
      ...own,
    });
    await this.engine.startContainer(name);
  }

  name(service: string): string {
    return `${this.project}-${service}`;
  }

  async details(service: string): Promise<ContainerDetails> {
    const found = await this.engine.inspectContainer(this.name(service));
    if (found === undefined) throw new Error(`there is no ${service}`);
    return found;
  }

  /** Waits until what the Engine knows of one is what is looked for. */
  async until(service: string, isSo: (details: ContainerDetails) => boolean): Promise<ContainerDetails> {
    const until = Date.now() + deadlineMs;
    for (;;) {
      const seen = await this.details(service);
      if (isSo(seen)) return seen;
      if (Date.now() > until) throw new Error(`${service} is ${seen.state}, ${seen.health} after ${deadlineMs} ms: ${seen.healthLog.at(-1)?.output ?? ''}`);
      await delay(50);
    }
  }

  /** Waits until all are healthy; those with a start time given must have been started anew. */
  async well(services: readonly string[], before: Readonly<Record<string, ContainerDetails>> = {}): Promise<void> {
    for (const service of services) {
      const startedAtMs = before[service]?.startedAt?.getTime();
      await this.until(service, (seen) => seen.health === 'healthy' && seen.startedAt?.getTime() !== startedAtMs);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#guardian;
    for (const name of this.#made) await this.engine.removeContainer(name);
    await rm(this.#directory, { recursive: true, force: true });
  }
}

const plain: Omit<ContainerSpec, 'name' | 'hostname' | 'labels' | 'env' | 'mounts'> = {
  image,
  entrypoint: ['bash', '-c', 'trap "exit 0" TERM; touch /tmp/well; while :; do sleep 1 & wait $!; done'],
  networks: [],
  ports: [],
  capAdd: [],
  sysctls: {},
  readOnlyRootfs: false,
  init: true,
  healthcheck: { command: ['test', '-e', '/tmp/well'], intervalMs: 1000, timeoutMs: 1000, retries: 2, startPeriodMs: 0 },
  restart: 'always',
  stopGraceMs: 1000,
};
