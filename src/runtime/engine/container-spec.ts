/**
 * A container as haplat asks the Engine for it, in our own words. Pure data: what is in here (labels aside) is what
 * the config hash covers. Every capability is dropped except `capAdd`; `no-new-privileges` is always set.
 */
export interface ContainerSpec {
  /** The container's full name, with the project: `haplat-traefik_1`. */
  readonly name: string;
  readonly hostname: string;
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** `uid:gid`; absent: the image's own. */
  readonly user?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Joins the network and PID namespaces of this container (full name) instead of having its own. */
  readonly joins?: string;
  /** Empty when `joins` is set. The first is the one that the container is created in (and its default route). */
  readonly networks: readonly NetworkAttachment[];
  readonly mounts: readonly Mount[];
  readonly ports: readonly PublishedPort[];
  readonly capAdd: readonly string[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly readOnlyRootfs: boolean;
  /** An init of the Engine's as process 1 that reaps and forwards signals. */
  readonly init: boolean;
  readonly healthcheck: Healthcheck;
  readonly restart: 'always' | 'no';
  readonly stopSignal?: string;
  readonly stopGraceMs: number;
  readonly memoryLimitMiB?: number;
  readonly pidsLimit?: number;
  /** Its weight when processors are short; absent: the Engine's default, 1024 (cgroups v1 cpu.shares, 2 to 262144). */
  readonly cpuShares?: number;
  /** How much rather the kernel ends it than others where the machine's memory runs out, up to 1000 (proc_pid_oom_score_adj(5)); absent: 0. */
  readonly oomScoreAdj?: number;
  readonly shmSizeMiB?: number;
}

export interface NetworkAttachment {
  /** The network's full name. */
  readonly network: string;
  readonly ipv4?: string;
  readonly aliases: readonly string[];
}

export type Mount =
  | { readonly kind: 'bind'; readonly source: string; readonly target: string; readonly readOnly: boolean }
  | { readonly kind: 'volume'; readonly source: string; readonly target: string; readonly readOnly: boolean }
  | { readonly kind: 'tmpfs'; readonly target: string; readonly sizeMiB: number; readonly mode: number };

interface PublishedPort {
  readonly hostIp: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: 'tcp' | 'udp';
}

export interface Healthcheck {
  /** One check. Exec form, no shell unless named. Runs inside the container. */
  readonly command: readonly string[];
  readonly timeoutMs: number;
  /**
   * What the Engine starts in its place, where that makes many checks in one start, `pauseMs` apart, and `retryMs` after one
   * that failed; `timeoutMs` is for all.
   */
  readonly repeated?: { readonly command: readonly string[]; readonly pauseMs: number; readonly retryMs: number; readonly timeoutMs: number };
  /** From the end of what the Engine started to its next start. */
  readonly intervalMs: number;
  readonly retries: number;
  readonly startPeriodMs: number;
}

export interface NetworkSpec {
  readonly name: string;
  readonly subnet: string;
  readonly gateway: string;
  /** Where dynamic addresses come from, so that none takes an address that is somebody's by configuration. */
  readonly ipRange?: string;
  /** Addresses, by what they are for, that the Engine gives to no container, not even to one that asks for it. */
  readonly reserved?: Readonly<Record<string, string>>;
  readonly internal: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

export interface VolumeSpec {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}
