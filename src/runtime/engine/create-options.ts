import type Dockerode from 'dockerode';
import type { ContainerSpec, Healthcheck, Mount, NetworkAttachment, NetworkSpec } from './container-spec.ts';

const nanosecondsPerMillisecond = 1_000_000;
const bytesPerMiB = 1024 * 1024;
/** Between checks while a container starts, for Engines that know of it (API 1.44, `StartInterval`), which have 5 s by default. */
const longestStartIntervalMs = 500;

/** Translates a specification into the body of `POST /containers/create`. */
export function toCreateOptions(spec: ContainerSpec): Dockerode.ContainerCreateOptions {
  const first = spec.networks[0];
  return {
    name: spec.name,
    Image: spec.image,
    Env: Object.entries(spec.env).map(([key, value]) => `${key}=${value}`),
    Labels: { ...spec.labels },
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [`${port.containerPort}/${port.protocol}`, {}])),
    Healthcheck: toHealthcheck(spec.healthcheck),
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

function toHealthcheck(check: Healthcheck): Dockerode.HealthConfig & { StartInterval: number } {
  const { command, timeoutMs } = check.repeated ?? check;
  return {
    Test: ['CMD', ...command],
    Interval: check.intervalMs * nanosecondsPerMillisecond,
    Timeout: timeoutMs * nanosecondsPerMillisecond,
    Retries: check.retries,
    StartPeriod: check.startPeriodMs * nanosecondsPerMillisecond,
    StartInterval: Math.min(check.intervalMs, longestStartIntervalMs) * nanosecondsPerMillisecond,
  };
}

/** A network's part of `POST /networks/create`. */
export function toIpamConfig({ subnet, gateway, ipRange, reserved }: NetworkSpec) {
  return {
    Subnet: subnet,
    Gateway: gateway,
    ...(ipRange !== undefined && { IPRange: ipRange }),
    ...(reserved !== undefined && { AuxiliaryAddresses: { ...reserved } }),
  };
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
    ...(spec.oomScoreAdj !== undefined && { OomScoreAdj: spec.oomScoreAdj }),
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
