import Dockerode from 'dockerode';
import { messageOf, OperationError } from '../errors.ts';
import { waitFor } from '../wait-until.ts';
import { asFileError } from '../files/file-error.ts';
import { endOnAbort, execIn, linesOf, openLogs } from './container-output.ts';
import type { ContainerSpec, NetworkSpec, VolumeSpec } from './container-spec.ts';
import { toCreateOptions, toEndpoint, toIpamConfig } from './create-options.ts';
import { proxyArguments, type DockerConfig } from './docker-config.ts';
import { dockerOptions, type EngineEndpoint } from './endpoint.ts';
import { calling, statusOf, streaming, unlessFulfilled } from './engine-errors.ts';
import { labels } from './labels.ts';
import { jsonLines } from './json-lines.ts';
import { toContainerDetails, toEngineEvent, toObservedContainer, toObservedImage, toObservedNetwork, toUsers } from './observed.ts';
import type {
  BuildOptions, ContainerDetails, Engine, EngineEvent, EngineInfo, ExecOptions, ExecResult, LogLine, LogOptions,
  ObservedContainer, ObservedImage, ObservedNetwork, ObservedVolume, ProgressOptions,
} from './port.ts';
import { followProgress } from './progress.ts';

/** The Engine looks at the mounts of a container before it looks for its image: nothing is ever made. */
const noSuchImage = 'haplat/no-such-image:0';
const notFound = 404;
const notModified = 304;
const conflict = 409;

/** How long the Engine may be silent, in ms. */
interface Patience {
  /** Asked for what it knows. */
  readonly readMs: number;
  /** Told to change something: a stop takes as long as its grace period, a removal as long as the disk needs. */
  readonly changeMs: number;
}

export interface ConnectOptions {
  readonly patience?: Patience;
  /** Called when the first answer is not there after `slowMs`. */
  readonly onSlow?: () => void;
  /** Called at the first answer. Until then nothing can have been changed. */
  readonly onAnswer?: () => void;
  /** Docker's config.json, asked when an image is pulled or built: logins of registries, and a proxy. Default: neither. */
  readonly dockerConfig?: () => Promise<DockerConfig>;
}

const defaultPatience: Patience = { readMs: 30_000, changeMs: 300_000 };
const slowMs = 1000;
const removalPollMs = 200;

/** Nothing is sent until the first call. An Engine that takes connections and is silent for too long counts as not reachable. */
export function connectEngine(endpoint: EngineEndpoint, options: ConnectOptions = {}): Engine {
  return new DockerodeEngine(endpoint, options);
}

class DockerodeEngine implements Engine {
  readonly #asked: Dockerode;
  readonly #told: Dockerode;
  /** What goes on for as long as there is something to tell: its callers have deadlines of their own. */
  readonly #streaming: Dockerode;
  readonly socketPath: string | undefined;
  readonly #patience: Patience;
  #onSlow: (() => void) | undefined;
  #onAnswer: (() => void) | undefined;
  readonly #dockerConfig: ConnectOptions['dockerConfig'];

  constructor(endpoint: EngineEndpoint, { patience = defaultPatience, onSlow, onAnswer, dockerConfig }: ConnectOptions) {
    const options = dockerOptions(endpoint);
    this.#asked = new Dockerode({ ...options, timeout: patience.readMs });
    this.#told = new Dockerode({ ...options, timeout: patience.changeMs });
    this.#streaming = new Dockerode(options);
    this.#patience = patience;
    this.#onSlow = onSlow;
    this.#onAnswer = onAnswer;
    this.#dockerConfig = dockerConfig;
    this.socketPath = endpoint.kind === 'socket' ? endpoint.path : undefined;
  }

  async seesPath(path: string): Promise<boolean> {
    return this.#asking(`look for ${path}`, async () => {
      const Mounts = [{ Type: 'bind' as const, Source: path, Target: '/look', ReadOnly: true }];
      try {
        await this.#asked.createContainer({ Image: noSuchImage, HostConfig: { Mounts } });
      } catch (error) {
        if (statusOf(error) === undefined) throw error;
        return !messageOf(error).includes('bind source path does not exist');
      }
      throw new OperationError(`there is an image ${noSuchImage}`);
    });
  }

  async info(): Promise<EngineInfo> {
    return this.#asking('info', async () => {
      const [info, version] = await Promise.all([this.#asked.info() as Promise<Record<string, unknown>>, this.#asked.version()]);
      return {
        hostname: String(info['Name']),
        version: version.Version,
        apiVersion: version.ApiVersion,
        os: version.Os,
        architecture: version.Arch,
        operatingSystem: String(info['OperatingSystem']),
        kernel: String(info['KernelVersion']),
        cpus: Number(info['NCPU']),
        memoryBytes: Number(info['MemTotal']),
        dataRoot: String(info['DockerRootDir']),
        cgroupDriver: String(info['CgroupDriver']),
        // Engines before 20.10 do not say, and know version 1 only.
        cgroupVersion: typeof info['CgroupVersion'] === 'string' ? info['CgroupVersion'] : '1',
        users: toUsers(info['SecurityOptions']),
      };
    });
  }

  async listContainers({ project }: { readonly project: string }): Promise<ObservedContainer[]> {
    return this.#asking('list containers', async () => {
      const rows = await this.#asked.listContainers({ all: true, filters: { label: [`${labels.project}=${project}`] } });
      return rows.map(toObservedContainer);
    });
  }

  async inspectContainer(name: string): Promise<ContainerDetails | undefined> {
    return this.#asking(`inspect ${name}`, async () => {
      const raw = await orUndefined(() => this.#asked.getContainer(name).inspect());
      return raw && toContainerDetails(raw);
    });
  }

  async createContainer(spec: ContainerSpec): Promise<void> {
    await this.#telling(`create ${spec.name}`, () => this.#told.createContainer(toCreateOptions(spec)));
  }

  async connectNetwork(attachment: Parameters<Engine['connectNetwork']>[0]): Promise<void> {
    const { container, network } = attachment;
    await this.#telling(`connect ${container} to ${network}`, () =>
      this.#told.getNetwork(network).connect({ Container: container, EndpointConfig: toEndpoint(attachment) }),
    );
  }

  async startContainer(name: string): Promise<void> {
    await this.#telling(`start ${name}`, () => unlessFulfilled([notModified], () => this.#told.getContainer(name).start()));
  }

  async stopContainer(name: string, options: { readonly graceMs?: number } = {}): Promise<void> {
    const grace = options.graceMs === undefined ? {} : { t: Math.ceil(options.graceMs / 1000) };
    await this.#telling(`stop ${name}`, () => unlessFulfilled([notModified, notFound], () => this.#told.getContainer(name).stop(grace)));
  }

  async restartContainer(name: string, { graceMs }: { readonly graceMs: number }): Promise<void> {
    const t = Math.ceil(graceMs / 1000);
    await this.#telling(`restart ${name}`, () => this.#told.getContainer(name).restart({ t }));
  }

  async killContainer(name: string, options: { readonly signal?: string } = {}): Promise<void> {
    await this.#telling(`kill ${name}`, () => this.#told.getContainer(name).kill({ signal: options.signal ?? 'SIGKILL' }));
  }

  async pauseContainer(name: string): Promise<void> {
    await this.#telling(`pause ${name}`, () => this.#told.getContainer(name).pause());
  }

  async unpauseContainer(name: string): Promise<void> {
    await this.#telling(`unpause ${name}`, () => this.#told.getContainer(name).unpause());
  }

  async removeContainer(name: string): Promise<void> {
    const isGone = await waitFor(() => this.#remove(name), { timeoutMs: this.#patience.changeMs, pollMs: removalPollMs });
    if (!isGone) throw new OperationError(`remove ${name}: its removal is under way, and does not end`, { remedy: 'see the Engine\'s log (journalctl -u docker), or restart it' });
  }

  async exec(name: string, command: readonly string[], options: ExecOptions): Promise<ExecResult> {
    return calling(`exec in ${name}`, () => execIn(this.#streaming.getContainer(name), command, options));
  }

  async *logs(name: string, options: LogOptions): AsyncIterable<LogLine> {
    const docker = options.follow === true ? this.#streaming : this.#asked;
    const patienceMs = options.follow === true ? undefined : this.#patience.readMs;
    const what = `logs of ${name}`;
    yield* streaming(what, linesOf(await calling(what, () => openLogs(docker.getContainer(name), options), patienceMs)), options.signal);
  }

  async *events(options: Parameters<Engine['events']>[0]): AsyncIterable<EngineEvent> {
    const stream = await calling('events', () =>
      this.#streaming.getEvents({
        filters: { type: ['container'], label: [`${labels.project}=${options.project}`] },
        // Also while it has not begun to answer.
        abortSignal: options.signal,
      }),
    );
    endOnAbort(stream, options.signal);
    options.onReady?.();
    for await (const raw of streaming('events', jsonLines(stream), options.signal)) {
      const event = toEngineEvent(raw);
      if (event !== undefined) yield event;
    }
  }

  async listNetworks(filter?: { readonly project: string }): Promise<ObservedNetwork[]> {
    return this.#asking('list networks', async () => {
      const filters = filter === undefined ? {} : { label: [`${labels.project}=${filter.project}`] };
      return (await this.#asked.listNetworks({ filters })).map(toObservedNetwork);
    });
  }

  async createNetwork(spec: NetworkSpec): Promise<void> {
    await this.#telling(`create network ${spec.name}`, () =>
      this.#told.createNetwork({
        Name: spec.name,
        Driver: 'bridge',
        CheckDuplicate: true,
        Internal: spec.internal,
        Labels: { ...spec.labels },
        IPAM: { Driver: 'default', Config: [toIpamConfig(spec)] },
      }),
    );
  }

  async removeNetwork(name: string): Promise<void> {
    await this.#telling(`remove network ${name}`, () => unlessFulfilled([notFound], () => this.#told.getNetwork(name).remove()));
  }

  async networkMembers(name: string): Promise<string[]> {
    return this.#asking(`inspect network ${name}`, async () => {
      const raw = await orUndefined(() => this.#asked.getNetwork(name).inspect());
      return Object.values(raw?.Containers ?? {}).map((container) => container.Name);
    });
  }

  async listVolumes(filter?: { readonly project: string }): Promise<ObservedVolume[]> {
    return this.#asking('list volumes', async () => {
      const filters = filter === undefined ? {} : { label: [`${labels.project}=${filter.project}`] };
      const answer = await this.#asked.listVolumes({ filters });
      // One that was made without labels has null.
      return answer.Volumes.map((volume) => ({ name: volume.Name, labels: (volume.Labels as typeof volume.Labels | null) ?? {} }));
    });
  }

  async createVolume(spec: VolumeSpec): Promise<void> {
    await this.#telling(`create volume ${spec.name}`, () => this.#told.createVolume({ Name: spec.name, Labels: { ...spec.labels } }));
  }

  async removeVolume(name: string): Promise<void> {
    await this.#telling(`remove volume ${name}`, () => unlessFulfilled([notFound], () => this.#told.getVolume(name).remove()));
  }

  async inspectImage(reference: string): Promise<ObservedImage | undefined> {
    return this.#asking(`inspect image ${reference}`, async () => {
      const raw = await orUndefined(() => this.#asked.getImage(reference).inspect());
      return raw && toObservedImage(raw);
    });
  }

  /** What can't be read there is no fault of the Engine's. */
  async #readDockerConfig(): Promise<DockerConfig | undefined> {
    try {
      return await this.#dockerConfig?.();
    } catch (error) {
      throw asFileError(error);
    }
  }

  async pullImage(reference: string, options: ProgressOptions): Promise<void> {
    const config = await this.#readDockerConfig();
    await calling(`pull ${reference}`, async () => {
      const { registryLogin } = await import('./registry-login.ts');
      const authconfig = config && (await registryLogin(config, reference));
      const stream = await this.#streaming.pull(reference, { ...(authconfig && { authconfig }), ...(options.signal && { abortSignal: options.signal }) });
      await followProgress(stream, options);
    });
  }

  async buildImage(options: BuildOptions & ProgressOptions): Promise<void> {
    const config = await this.#readDockerConfig();
    await calling(`build ${options.tag}`, async () => {
      const proxies = config && proxyArguments(config);
      const stream = await this.#streaming.buildImage(options.context, {
        t: options.tag,
        labels: { ...options.labels },
        buildargs: { ...proxies, ...options.buildArgs },
        forcerm: true,
        nocache: options.withoutCache === true,
        ...(options.signal && { abortSignal: options.signal }),
      });
      await followProgress(stream, options);
      if ((await this.inspectImage(options.tag)) === undefined) {
        throw new OperationError(`build ${options.tag}: the Engine reported no error, and there is no image`);
      }
    });
  }

  async saveImages(references: readonly string[], { signal }: { readonly signal: AbortSignal }): Promise<NodeJS.ReadableStream> {
    return calling('save images', () => (this.#streaming as Dockerode & ImageArchives).getImages({ names: references, abortSignal: signal }));
  }

  async loadImages(archive: NodeJS.ReadableStream, options: ProgressOptions): Promise<void> {
    await calling('load images', async () => {
      // Quiet is what the Engine is unless told.
      const stream = await this.#streaming.loadImage(archive, { quiet: false, ...(options.signal && { abortSignal: options.signal }) });
      await followProgress(stream, options);
    });
  }

  /** False: a removal was under way already, or still is. */
  async #remove(name: string): Promise<boolean> {
    try {
      await this.#telling(`remove ${name}`, () => unlessFulfilled([notFound], () => this.#told.getContainer(name).remove({ force: true, v: true })));
      return true;
    } catch (error) {
      if (statusOf(error instanceof OperationError ? error.cause : undefined) === conflict) return false;
      throw error;
    }
  }

  /** What it knows. */
  async #asking<T>(what: string, call: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => { this.#tellOnce(); }, slowMs);
    try {
      const answer = await calling(what, call, this.#patience.readMs);
      this.#answered();
      return answer;
    } finally {
      clearTimeout(timer);
      this.#onSlow = undefined;
    }
  }

  /** To change something. */
  async #telling(what: string, call: () => Promise<unknown>): Promise<void> {
    await calling(what, call, this.#patience.changeMs);
  }

  #answered(): void {
    const tell = this.#onAnswer;
    this.#onAnswer = undefined;
    tell?.();
  }

  #tellOnce(): void {
    const tell = this.#onSlow;
    this.#onSlow = undefined;
    tell?.();
  }
}

/** What dockerode has and its types have not. */
interface ImageArchives {
  getImages(options: { readonly names: readonly string[]; readonly abortSignal: AbortSignal }): Promise<NodeJS.ReadableStream>;
}

async function orUndefined<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (statusOf(error) === notFound) return undefined;
    throw error;
  }
}
