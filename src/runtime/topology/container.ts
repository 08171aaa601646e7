import type { ContainerSpec, Healthcheck, Mount } from '../engine/container-spec.ts';
import type { TopologyContext } from './context.ts';
import { fullName } from './names.ts';
import { serviceFolder } from './state-paths.ts';

/**
 * V8 sizes its heap by the machine's memory: a replica under load took 305 MB by itself, 94 MB with these. Of the new space:
 * a page of items took 417 µs of processor time with 4 MB, 390 with 8 MB and 321 with 12 MB.
 */
export const nodeOptions = '--max-semi-space-size=12 --max-old-space-size=96';

/** Where every container sees its own rendered files, read-only. */
export const filesMountPath = '/run/haplat';
/** Where the script of that name is in the image `runtime`; others get it mounted with their files. */
export const healthScript = 'runtime/haplat-health';

/** A specification with the strictest settings and the service's files; a component says only in what it differs. */
export function container(
  context: TopologyContext,
  service: string,
  own: Pick<ContainerSpec, 'image' | 'healthcheck'> & Partial<ContainerSpec>,
): ContainerSpec {
  return {
    name: fullName(context.config.project, service),
    hostname: service.replaceAll('_', '-'),
    env: {},
    labels: {},
    networks: [],
    ports: [],
    capAdd: [],
    sysctls: {},
    readOnlyRootfs: true,
    init: false,
    restart: 'always',
    stopGraceMs: 10_000,
    pidsLimit: 128,
    ...own,
    mounts: [...(own.mounts ?? []), filesMount(context, service)],
  };
}

/**
 * Of what decides who has the virtual address, and what measures: a little work that has to be done at once, however busy
 * the machine is. Sixteen times the default; an announcement that comes late by some adverts looks like a death.
 */
export const urgentCpuShares = 16_384;

/**
 * Of what clients miss least: it has a twin, or serves none. Where the machine's memory runs out the kernel ends whoever
 * has most of it, which may be the database; these count as if they had half of all memory more.
 */
export const expendableScore = 500;

/** Start periods: of what is Node, which a busy machine makes slow, and of what may have data to recover first. */
export const nodeStartMs = 10_000;
export const slowStartMs = 120_000;

/**
 * Checks often enough (see `keepingChecks`) that a container which hangs is known to be unhealthy within 14 s: the pause and a
 * timeout, 4 + 2 s, then two more failures, 2 × (interval + timeout) = 8 s. The first success ends the start period; what
 * hangs before it is not known to until the period is over, so it is short: frozen right after its start, a container has to
 * be healthy again within 30 s as well.
 */
export function healthcheck(command: readonly string[], own: Partial<Healthcheck> = {}): Healthcheck {
  return { command, intervalMs: 2000, timeoutMs: 2000, retries: 3, startPeriodMs: 4000, ...own };
}

/** Where API and worker say whether all of it works; a check that has it says what does not (templates/runtime/haplat-health). */
export const readyPath = '/readyz/all';
/** Where RabbitMQ tells of its alarms (templates/rabbitmq/health). */
export const alarmsPath = '/metrics';
/** Where PostgreSQL needs room (templates/db/health). */
export const databasePath = '/var/lib/postgresql/data';
/** Where a load balancer's node notes whether it reaches the API (templates/keepalived/check-loop). */
export const reachPath = '/run/reach.state';

export function saysWhetherReady({ healthcheck: { command } }: Pick<ContainerSpec, 'healthcheck'>): boolean {
  return [readyPath, alarmsPath, databasePath, reachPath].some((one) => command.includes(one));
}

function filesMount({ stateDirectory }: TopologyContext, service: string): Mount {
  return { kind: 'bind', source: serviceFolder(stateDirectory, service), target: filesMountPath, readOnly: true };
}

export function tmpfs(target: string, sizeMiB: number, mode = 0o755): Mount {
  return { kind: 'tmpfs', target, sizeMiB, mode };
}

export function volume(context: TopologyContext, name: string, target: string, readOnly = false): Mount {
  return { kind: 'volume', source: fullName(context.config.project, name), target, readOnly };
}

/** `uid:gid` of whom our own containers run as. */
export function ownerUser({ owner }: TopologyContext): string {
  return `${owner.uid}:${owner.gid}`;
}

/** `serviceNames('app', 2)` → `app_1`, `app_2`. */
export function serviceNames(component: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${component}_${index + 1}`);
}
