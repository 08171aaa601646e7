import { createHash } from 'node:crypto';
import type Dockerode from 'dockerode';
import type { ContainerSpec, Healthcheck, Mount, NetworkAttachment } from './container-spec.ts';

const nanosecondsPerMillisecond = 1_000_000;
const bytesPerMiB = 1024 * 1024;
/**
 * While a container starts, a check each half second, where the Engine knows how (API 1.44, `StartInterval`); an older
 * one ignores the field and waits a whole interval.
 */
const startIntervalMs = 500;

/** Translates a specification into the body of `POST /containers/create`. */
export function toCreateOptions(spec: ContainerSpec): Dockerode.ContainerCreateOptions {
  const first = spec.networks[0];
  return {
    name: spec.name,
    Image: spec.image,
    Env: Object.entries(spec.env).map(([key, value]) => `${key}=${value}`),
    Labels: { ...spec.labels },
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [`${port.containerPort}/${port.protocol}`, {}])),
    Healthcheck: toHealthcheck(spec.name, spec.healthcheck),
    // A container in somebody else's network namespace takes that one's host name.
    ...(spec.joins === undefined && { Hostname: spec.hostname }),
    ...(spec.entrypoint && { Entrypoint: [...spec.entrypoint] }),
    ...(spec.command && { Cmd: [...spec.command] }),
    ...(spec.user !== undefined && { User: spec.user }),
    ...(spec.stopSignal !== undefined && { StopSignal: spec.stopSignal }),
    StopTimeout: Math.ceil(spec.stopGraceMs / 1000),
    HostConfig: toHostConfig(spec),
    ...(first && { NetworkingConfig: { EndpointsConfig: { [first.network]: toEndpoint(first) } } }),
  };
}

/** One endpoint of a container in a network. */
export function toEndpoint(attachment: Pick<NetworkAttachment, 'ipv4' | 'aliases'>): Dockerode.EndpointSettings {
  return {
    Aliases: [...attachment.aliases],
    ...(attachment.ipv4 !== undefined && { IPAMConfig: { IPv4Address: attachment.ipv4 } }),
  };
}

function toHealthcheck(name: string, check: Healthcheck): Dockerode.HealthConfig & { StartInterval: number } {
  const { command, timeoutMs } = check.repeated ?? check;
  return {
    Test: ['CMD', ...command],
    Interval: outOfStepMs(name, check.intervalMs) * nanosecondsPerMillisecond,
    Timeout: timeoutMs * nanosecondsPerMillisecond,
    Retries: check.retries,
    StartPeriod: check.startPeriodMs * nanosecondsPerMillisecond,
    StartInterval: startIntervalMs * nanosecondsPerMillisecond,
  };
}

/**
 * The interval of a container's own: up to a tenth shorter, by its name. Containers that start together would for ever be
 * checked together: with the Engine's part a check takes 100 ms of a processor, and ten at once stalled clients for 400 ms.
 * It is no part of the specification, as it is no reason to replace a container.
 */
function outOfStepMs(name: string, intervalMs: number): number {
  const share = createHash('sha256').update(name).digest().readUInt16BE() / 0x1_00_00;
  return Math.round(intervalMs * (1 - share / 10));
}

function toHostConfig(spec: ContainerSpec): Dockerode.HostConfig {
  const [first] = spec.networks;
  const shared = spec.joins === undefined ? undefined : `container:${spec.joins}`;
  return {
    NetworkMode: shared ?? first?.network ?? 'none',
    ...(shared !== undefined && { PidMode: shared }),
    Mounts: spec.mounts.map(toMount),
    PortBindings: Object.fromEntries(
      [...Map.groupBy(spec.ports, (port) => `${port.containerPort}/${port.protocol}`)].map(([inside, published]) => [
        inside,
        published.map(({ hostIp, hostPort }) => ({ HostIp: hostIp, HostPort: String(hostPort) })),
      ]),
    ),
    CapDrop: ['ALL'],
    CapAdd: [...spec.capAdd],
    SecurityOpt: ['no-new-privileges:true'],
    ReadonlyRootfs: spec.readOnlyRootfs,
    Sysctls: { ...spec.sysctls },
    RestartPolicy: { Name: spec.restart },
    Init: spec.init,
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
    ...(spec.memoryLimitMiB !== undefined && { Memory: spec.memoryLimitMiB * bytesPerMiB }),
    ...(spec.pidsLimit !== undefined && { PidsLimit: spec.pidsLimit }),
    ...(spec.cpuShares !== undefined && { CpuShares: spec.cpuShares }),
    ...(spec.shmSizeMiB !== undefined && { ShmSize: spec.shmSizeMiB * bytesPerMiB }),
  };
}

function toMount(mount: Mount): Dockerode.MountConfig[number] {
  switch (mount.kind) {
    case 'bind':
      return { Type: 'bind', Source: mount.source, Target: mount.target, ReadOnly: mount.readOnly };
    case 'volume':
      return { Type: 'volume', Source: mount.source, Target: mount.target, ReadOnly: mount.readOnly };
    case 'tmpfs':
      return {
        Type: 'tmpfs',
        Source: '',
        Target: mount.target,
        TmpfsOptions: { SizeBytes: mount.sizeMiB * bytesPerMiB, Mode: mount.mode },
      };
  }
}
