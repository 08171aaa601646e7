import Dockerode from 'dockerode';
import { messageOf, OperationError } from '../errors.ts';
import { endOnAbort, execIn, logsOf } from './container-output.ts';
import type { ContainerSpec, NetworkSpec, VolumeSpec } from './container-spec.ts';
import { toCreateOptions, toEndpoint } from './create-options.ts';
import { dockerOptions, type EngineEndpoint } from './endpoint.ts';
import { calling, fulfilling, statusOf } from './engine-errors.ts';
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

/** Nothing is sent until the first call. */
export function connectEngine(endpoint: EngineEndpoint): Engine {
  return new DockerodeEngine(endpoint);
}

class DockerodeEngine implements Engine {
  readonly #docker: Dockerode;
  readonly socketPath: string | undefined;

  constructor(endpoint: EngineEndpoint) {
    this.#docker = new Dockerode(dockerOptions(endpoint));
    this.socketPath = endpoint.kind === 'socket' ? endpoint.path : undefined;
  }

  async seesPath(path: string): Promise<boolean> {
    return calling(`look for ${path}`, async () => {
      const Mounts = [{ Type: 'bind' as const, Source: path, Target: '/look', ReadOnly: true }];
      try {
        await this.#docker.createContainer({ Image: noSuchImage, HostConfig: { Mounts } });
      } catch (error) {
        if (statusOf(error) === undefined) throw error;
        return !messageOf(error).includes('bind source path does not exist');
      }
      throw new OperationError(`there is an image ${noSuchImage}`);
    });
  }

  async info(): Promise<EngineInfo> {
    return calling('info', async () => {
      const [info, version] = await Promise.all([this.#docker.info() as Promise<Record<string, unknown>>, this.#docker.version()]);
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
        cgroupDriver: String(info['CgroupDriver']),
        // Engines before 20.10 do not say, and know version 1 only.
        cgroupVersion: typeof info['CgroupVersion'] === 'string' ? info['CgroupVersion'] : '1',
        users: toUsers(info['SecurityOptions']),
      };
    });
  }

  async listContainers({ project }: { readonly project: string }): Promise<ObservedContainer[]> {
    return calling('list containers', async () => {
      const rows = await this.#docker.listContainers({ all: true, filters: { label: [`${labels.project}=${project}`] } });
      return rows.map(toObservedContainer);
    });
  }

  async inspectContainer(name: string): Promise<ContainerDetails | undefined> {
    return calling(`inspect ${name}`, async () => {
      const raw = await orUndefined(() => this.#docker.getContainer(name).inspect());
      return raw && toContainerDetails(raw);
    });
  }

  async createContainer(spec: ContainerSpec): Promise<void> {
    await calling(`create ${spec.name}`, () => this.#docker.createContainer(toCreateOptions(spec)));
  }

  async connectNetwork(attachment: Parameters<Engine['connectNetwork']>[0]): Promise<void> {
    const { container, network } = attachment;
    await calling(`connect ${container} to ${network}`, () =>
      this.#docker.getNetwork(network).connect({ Container: container, EndpointConfig: toEndpoint(attachment) }),
    );
  }

  async startContainer(name: string): Promise<void> {
    await fulfilling(`start ${name}`, [notModified], () => this.#docker.getContainer(name).start());
  }

  async stopContainer(name: string, options: { readonly graceMs?: number } = {}): Promise<void> {
    const grace = options.graceMs === undefined ? {} : { t: Math.ceil(options.graceMs / 1000) };
    await fulfilling(`stop ${name}`, [notModified, notFound], () => this.#docker.getContainer(name).stop(grace));
  }

  async restartContainer(name: string, { graceMs }: { readonly graceMs: number }): Promise<void> {
    const t = Math.ceil(graceMs / 1000);
    await calling(`restart ${name}`, () => this.#docker.getContainer(name).restart({ t }));
  }

  async killContainer(name: string, options: { readonly signal?: string } = {}): Promise<void> {
    await calling(`kill ${name}`, () => this.#docker.getContainer(name).kill({ signal: options.signal ?? 'SIGKILL' }));
  }

  async pauseContainer(name: string): Promise<void> {
    await calling(`pause ${name}`, () => this.#docker.getContainer(name).pause());
  }

  async unpauseContainer(name: string): Promise<void> {
    await calling(`unpause ${name}`, () => this.#docker.getContainer(name).unpause());
  }

  async removeContainer(name: string): Promise<void> {
    // 409: a removal is already under way.
    await fulfilling(`remove ${name}`, [notFound, conflict], () =>
      this.#docker.getContainer(name).remove({ force: true, v: true }),
    );
  }

  async exec(name: string, command: readonly string[], options: ExecOptions): Promise<ExecResult> {
    return calling(`exec in ${name}`, () => execIn(this.#docker.getContainer(name), command, options));
  }

  logs(name: string, options: LogOptions): AsyncIterable<LogLine> {
    return logsOf(this.#docker.getContainer(name), options);
  }

  async *events(options: Parameters<Engine['events']>[0]): AsyncIterable<EngineEvent> {
    const stream = await calling('events', () =>
      this.#docker.getEvents({
        filters: { type: ['container'], label: [`${labels.project}=${options.project}`] },
        ...(options.since && { since: options.since.getTime() / 1000 }),
      }),
    );
    endOnAbort(stream, options.signal);
    options.onReady?.();
    for await (const raw of jsonLines(stream)) {
      const event = toEngineEvent(raw);
      if (event !== undefined) yield event;
    }
  }

  async listNetworks(filter?: { readonly project: string }): Promise<ObservedNetwork[]> {
    return calling('list networks', async () => {
      const filters = filter === undefined ? {} : { label: [`${labels.project}=${filter.project}`] };
      return (await this.#docker.listNetworks({ filters })).map(toObservedNetwork);
    });
  }

  async createNetwork(spec: NetworkSpec): Promise<void> {
    await calling(`create network ${spec.name}`, () =>
      this.#docker.createNetwork({
        Name: spec.name,
        Driver: 'bridge',
        CheckDuplicate: true,
        Internal: spec.internal,
        Labels: { ...spec.labels },
        IPAM: { Driver: 'default', Config: [{ Subnet: spec.subnet, Gateway: spec.gateway, ...(spec.ipRange !== undefined && { IPRange: spec.ipRange }) }] },
      }),
    );
  }

  async removeNetwork(name: string): Promise<void> {
    await fulfilling(`remove network ${name}`, [notFound], () => this.#docker.getNetwork(name).remove());
  }

  async listVolumes({ project }: { readonly project: string }): Promise<ObservedVolume[]> {
    return calling('list volumes', async () => {
      const answer = await this.#docker.listVolumes({ filters: { label: [`${labels.project}=${project}`] } });
      return answer.Volumes.map((volume) => ({ name: volume.Name, labels: volume.Labels }));
    });
  }

  async createVolume(spec: VolumeSpec): Promise<void> {
    await calling(`create volume ${spec.name}`, () => this.#docker.createVolume({ Name: spec.name, Labels: { ...spec.labels } }));
  }

  async removeVolume(name: string): Promise<void> {
    await fulfilling(`remove volume ${name}`, [notFound], () => this.#docker.getVolume(name).remove());
  }

  async inspectImage(reference: string): Promise<ObservedImage | undefined> {
    return calling(`inspect image ${reference}`, async () => {
      const raw = await orUndefined(() => this.#docker.getImage(reference).inspect());
      return raw && toObservedImage(raw);
    });
  }

  async pullImage(reference: string, options: ProgressOptions): Promise<void> {
    await calling(`pull ${reference}`, async () => {
      const stream = await this.#docker.pull(reference, options.signal ? { abortSignal: options.signal } : {});
      await followProgress(stream, options);
    });
  }

  async buildImage(options: BuildOptions & ProgressOptions): Promise<void> {
    await calling(`build ${options.tag}`, async () => {
      const stream = await this.#docker.buildImage(options.context, {
        t: options.tag,
        labels: { ...options.labels },
        buildargs: { ...options.buildArgs },
        forcerm: true,
        ...(options.signal && { abortSignal: options.signal }),
      });
      await followProgress(stream, options);
      if ((await this.inspectImage(options.tag)) === undefined) {
        throw new OperationError(`build ${options.tag}: the Engine reported no error, and there is no image`);
      }
    });
  }

  async saveImages(references: readonly string[], { signal }: { readonly signal: AbortSignal }): Promise<NodeJS.ReadableStream> {
    return calling('save images', () => (this.#docker as Dockerode & ImageArchives).getImages({ names: references, abortSignal: signal }));
  }

  async loadImages(archive: NodeJS.ReadableStream, options: ProgressOptions): Promise<void> {
    await calling('load images', async () => {
      // Quiet is what the Engine is unless told.
      const stream = await this.#docker.loadImage(archive, { quiet: false, ...(options.signal && { abortSignal: options.signal }) });
      await followProgress(stream, options);
    });
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
