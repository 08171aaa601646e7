import type { ContainerSpec, NetworkSpec, VolumeSpec } from './container-spec.ts';

/**
 * What haplat needs of a Docker Engine, in our own words. Adapters translate; nothing outside src/runtime/engine knows
 * dockerode. Every method rejects with OperationError (or EngineUnreachableError when nobody answers).
 * A stop or start of what is so already, and a removal of what is gone, are successes.
 */
export interface Engine {
  /** The socket on this machine that it is reached by; undefined: by TCP. */
  readonly socketPath: string | undefined;
  /** Whether the Engine's host has this path, so that a container can have it mounted. */
  seesPath(path: string): Promise<boolean>;
  info(): Promise<EngineInfo>;

  listContainers(filter: { readonly project: string }): Promise<ObservedContainer[]>;
  /** Undefined when there is no such container. */
  inspectContainer(name: string): Promise<ContainerDetails | undefined>;
  createContainer(spec: ContainerSpec): Promise<void>;
  connectNetwork(attachment: {
    readonly container: string;
    readonly network: string;
    readonly ipv4?: string;
    readonly aliases: readonly string[];
  }): Promise<void>;
  startContainer(name: string): Promise<void>;
  /** Without `graceMs`: the container's own. */
  stopContainer(name: string, options?: { readonly graceMs?: number }): Promise<void>;
  restartContainer(name: string, options: { readonly graceMs: number }): Promise<void>;
  /** Sends a signal to process 1 (default SIGKILL). Rejects when the container is not running. */
  killContainer(name: string, options?: { readonly signal?: string }): Promise<void>;
  pauseContainer(name: string): Promise<void>;
  unpauseContainer(name: string): Promise<void>;
  /** Forced: a running one is killed first. Anonymous volumes go with it. */
  removeContainer(name: string): Promise<void>;

  exec(name: string, command: readonly string[], options: ExecOptions): Promise<ExecResult>;
  /** Lines as they come; ends when the container's log does (not with `follow`) or on abort. */
  logs(name: string, options: LogOptions): AsyncIterable<LogLine>;
  /** Container events of the project from now on, until the signal aborts. */
  events(options: {
    readonly project: string;
    readonly signal: AbortSignal;
    /** Called once the subscription stands, so that nothing after it is missed. */
    readonly onReady?: () => void;
  }): AsyncIterable<EngineEvent>;

  listNetworks(filter?: { readonly project: string }): Promise<ObservedNetwork[]>;
  createNetwork(spec: NetworkSpec): Promise<void>;
  removeNetwork(name: string): Promise<void>;
  /** Names of the running containers that are on it, anybody's; none where there is no such network. */
  networkMembers(name: string): Promise<string[]>;
  listVolumes(filter?: { readonly project: string }): Promise<ObservedVolume[]>;
  createVolume(spec: VolumeSpec): Promise<void>;
  removeVolume(name: string): Promise<void>;

  /** Undefined when the Engine does not have it. */
  inspectImage(reference: string): Promise<ObservedImage | undefined>;
  pullImage(reference: string, options: ProgressOptions): Promise<void>;
  buildImage(options: BuildOptions & ProgressOptions): Promise<void>;
  /** All of them in one tar archive; what they share is in it once. Rejects when one is not there. */
  saveImages(references: readonly string[], options: { readonly signal: AbortSignal }): Promise<NodeJS.ReadableStream>;
  /** Takes in what `saveImages` gave, compressed by gzip or not. */
  loadImages(archive: NodeJS.ReadableStream, options: ProgressOptions): Promise<void>;
}

export interface EngineInfo {
  readonly hostname: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly os: string;
  readonly architecture: string;
  readonly operatingSystem: string;
  readonly kernel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Where it keeps images and volumes, on its own machine. */
  readonly dataRoot: string;
  readonly cgroupVersion: string;
  /** `systemd` or `cgroupfs`. */
  readonly cgroupDriver: string;
  /**
   * Who a container's users are on the host: the same, others that the Engine maps them to (userns-remap), or, where an
   * Engine runs without root, who runs the Engine for root, and others for the rest.
   */
  readonly users: 'same' | 'remapped' | 'rootless';
}

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
export type HealthState = 'none' | 'starting' | 'healthy' | 'unhealthy';

/** One row of the Engine's list. */
export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  readonly state: ContainerState;
  readonly health: HealthState;
  readonly image: string;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Network full name → IPv4 address ('' while it has none). */
  readonly addresses: Readonly<Record<string, string>>;
  /** Ports on the host that lead to it. */
  readonly publishedPorts?: readonly number[];
  /** Paths on the Engine's host that are mounted into it. */
  readonly bindSources?: readonly string[];
}

/** What only an inspection tells. */
export interface ContainerDetails extends ObservedContainer {
  readonly startedAt: Date | undefined;
  readonly exitCode: number;
  readonly restartCount: number;
  /** Process 1's id in the Engine host's PID namespace; 0 when not running. */
  readonly pid: number;
  /** Health checks that have failed since the last that passed, or since the start. */
  readonly failedChecks: number;
  /** The last outputs of the health check, oldest first. */
  readonly healthLog: readonly { readonly endedAt: Date; readonly exitCode: number; readonly output: string }[];
}

export interface ObservedNetwork {
  readonly id: string;
  readonly name: string;
  readonly subnets: readonly string[];
  /** Where it takes addresses from for whoever asks for none; absent: anywhere in the subnet. */
  readonly ipRange?: string;
  /** Addresses that it gives to nobody. */
  readonly reserved?: readonly string[];
  readonly internal: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ObservedVolume {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ObservedImage {
  readonly id: string;
  readonly sizeBytes: number;
  /** What it sets in the environment of its containers. */
  readonly env: Readonly<Record<string, string>>;
  /** Of what is in it, where its label says so (OCI image specification, annotations). */
  readonly version?: string;
}

export interface ExecOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly user?: string;
  readonly stdin?: string;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LogOptions {
  readonly tail?: number;
  readonly follow?: boolean;
  readonly since?: Date;
  readonly signal?: AbortSignal;
}

export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  readonly at: Date;
  readonly text: string;
}

export interface EngineEvent {
  /** `start`, `die`, `kill`, `oom`, `pause`, `unpause`, `health_status`, `destroy`, … */
  readonly action: string;
  /** For `health_status`: what it became. */
  readonly health?: HealthState;
  readonly container: string;
  /** Both are '' for what is no service of ours: a drill's probe, for instance. */
  readonly service: string;
  readonly component: string;
  readonly exitCode?: number;
  readonly signal?: string;
  /** The Engine's clock, to the nanosecond in the API, kept here as milliseconds with a fraction. */
  readonly atMs: number;
}

export interface ProgressOptions {
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface BuildOptions {
  readonly tag: string;
  /** The build context as an uncompressed tar. */
  readonly context: NodeJS.ReadableStream;
  readonly labels: Readonly<Record<string, string>>;
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Each step is carried out, also where its result is there from an earlier build. */
  readonly withoutCache?: boolean;
}
