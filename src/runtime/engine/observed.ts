import type Dockerode from 'dockerode';
import { labels } from './labels.ts';
import type {
  ContainerDetails, ContainerState, EngineEvent, EngineInfo, HealthState, ObservedContainer, ObservedImage, ObservedNetwork,
} from './port.ts';

const nanosecondsPerMillisecond = 1_000_000;
const states: readonly ContainerState[] = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];

/** `SecurityOptions` of `GET /info`: `name=rootless`, `name=userns`, `name=seccomp,profile=builtin`, … */
export function toUsers(securityOptions: unknown): EngineInfo['users'] {
  const names = Array.isArray(securityOptions) ? securityOptions.map((option) => String(option).split(',')[0]) : [];
  if (names.includes('name=rootless')) return 'rootless';
  return names.includes('name=userns') ? 'remapped' : 'same';
}

/** A row of `GET /containers/json`. */
export function toObservedContainer(row: Dockerode.ContainerInfo): ObservedContainer {
  return {
    id: row.Id,
    name: (row.Names[0] ?? '').replace(/^\//, ''),
    state: toState(row.State),
    health: healthFromStatus(row.Status),
    image: row.Image,
    imageId: row.ImageID,
    labels: row.Labels,
    addresses: toAddresses(row.NetworkSettings.Networks),
    publishedPorts: row.Ports.flatMap((port) => (port.PublicPort > 0 ? [port.PublicPort] : [])),
    bindSources: toBindSources(row.Mounts),
  };
}

/** The answer of `GET /containers/{id}/json`. */
export function toContainerDetails(raw: Dockerode.ContainerInspectInfo): ContainerDetails {
  return {
    id: raw.Id,
    name: raw.Name.replace(/^\//, ''),
    state: toState(raw.State.Status),
    health: judgedHealth(raw),
    image: raw.Config.Image,
    imageId: raw.Image,
    labels: raw.Config.Labels,
    addresses: toAddresses(raw.NetworkSettings.Networks),
    bindSources: toBindSources(raw.Mounts),
    startedAt: toDate(raw.State.StartedAt),
    exitCode: raw.State.ExitCode,
    restartCount: raw.RestartCount,
    pid: raw.State.Pid,
    failedChecks: raw.State.Health?.FailingStreak ?? 0,
    healthLog: (raw.State.Health?.Log ?? []).map((entry) => ({
      endedAt: new Date(entry.End),
      exitCode: entry.ExitCode,
      output: entry.Output.trim(),
    })),
  };
}

/** A row of `GET /networks`. */
export function toObservedNetwork(row: Dockerode.NetworkInspectInfo): ObservedNetwork {
  const configs = row.IPAM?.Config ?? [];
  const ipRange = configs.find((config) => (config.IPRange ?? '') !== '')?.IPRange;
  return {
    id: row.Id,
    name: row.Name,
    subnets: configs.flatMap((config) => (config.Subnet === undefined ? [] : [config.Subnet])),
    ...(ipRange !== undefined && { ipRange }),
    reserved: configs.flatMap((config) => Object.values(config.AuxiliaryAddresses ?? {}).filter((address) => address !== undefined)),
    internal: row.Internal,
    labels: row.Labels ?? {},
  };
}

/** The answer of `GET /images/{name}/json`. */
export function toObservedImage(raw: Dockerode.ImageInspectInfo): ObservedImage {
  // An image that was imported and not built has no settings.
  const config = raw.Config as Dockerode.ImageInspectInfo['Config'] | undefined;
  const variables = config?.Env as readonly string[] | null | undefined;
  const version = (config?.Labels as Readonly<Record<string, string>> | null | undefined)?.['org.opencontainers.image.version'];
  const env = (variables ?? []).map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)] as const);
  return { id: raw.Id, sizeBytes: raw.Size, env: Object.fromEntries(env), ...(version !== undefined && { version }) };
}

/** One line of `GET /events`; undefined for what does not concern a container of ours. */
export function toEngineEvent(raw: unknown): EngineEvent | undefined {
  if (!isRecord(raw) || typeof raw['Action'] !== 'string' || !isRecord(raw['Actor'])) return undefined;
  const attributes = raw['Actor']['Attributes'];
  if (!isRecord(attributes)) return undefined;
  const text = (key: string) => (typeof attributes[key] === 'string' ? attributes[key] : undefined);
  const [action = '', detail] = raw['Action'].split(': ');
  const exitCode = text('exitCode');
  const signal = text('signal');
  return {
    action,
    container: text('name') ?? '',
    service: text(labels.service) ?? '',
    component: text(labels.component) ?? '',
    atMs: Number(raw['timeNano']) / nanosecondsPerMillisecond,
    ...(action === 'health_status' && { health: toHealth(detail) }),
    ...(exitCode !== undefined && { exitCode: Number(exitCode) }),
    ...(signal !== undefined && { signal }),
  };
}

function toBindSources(mounts: readonly { readonly Type?: string; readonly Source?: string }[]): string[] {
  return mounts.flatMap(({ Type, Source }) => (Type === 'bind' && Source !== undefined ? [Source] : []));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function toState(text: string): ContainerState {
  return states.find((state) => state === text) ?? 'dead';
}

function toHealth(text: string | undefined): HealthState {
  return text === 'healthy' || text === 'unhealthy' || text === 'starting' ? text : 'none';
}

/**
 * A pause ends the Engine's checks, and it then calls the container unhealthy until the first check after the pause has
 * passed (moby, daemon/health.go: "Unhealthy when the monitor has stopped for compatibility reasons"). What tells this
 * from a container that fails its checks is that too few of them have failed: it is not judged yet.
 */
function judgedHealth({ State: { Health: health }, Config: config }: Dockerode.ContainerInspectInfo): HealthState {
  const state = toHealth(health?.Status);
  const retries = config.Healthcheck?.Retries ?? 0;
  return state === 'unhealthy' && (health?.FailingStreak ?? 0) < (retries > 0 ? retries : defaultRetries) ? 'starting' : state;
}

/** The Engine's own, where a health check does not say (Dockerfile reference, HEALTHCHECK). */
const defaultRetries = 3;

/** The list does not give health as a field before API 1.52; it stands at the end of the status text. */
function healthFromStatus(status: string): HealthState {
  if (status.includes('(healthy)')) return 'healthy';
  if (status.includes('(unhealthy)')) return 'unhealthy';
  return status.includes('(health: starting)') ? 'starting' : 'none';
}

function toAddresses(networks: Record<string, { IPAddress?: string }> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(networks ?? {}).map(([name, endpoint]) => [name, endpoint.IPAddress ?? '']));
}

/** The Engine's "never" is the year 1. */
function toDate(text: string): Date | undefined {
  return text === '' || text.startsWith('0001-') ? undefined : new Date(text);
}
