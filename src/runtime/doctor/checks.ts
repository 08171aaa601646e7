import type { EngineInfo } from '../engine/port.ts';
import type { ContainerWeight } from './container-weight.ts';

/** One thing about the machine, judged. */
export interface Check {
  readonly id: string;
  readonly title: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  readonly remedy?: string;
}

/** The first API that has what haplat needs: 20.10. */
const leastApi = [1, 41] as const;
const bytesPerMiB = 1024 ** 2;
const leastStateMiB = 16;
const bytesPerGiB = 1024 ** 3;
/** An idle platform takes about half a GiB; images are built and Node starts five times beside it. */
const leastMemoryGiB = 1;
const goodMemoryGiB = 2;
const leastDiskGiB = 2;
const goodDiskGiB = 6;

/** Whether the Engine is one that haplat works with. */
export function checkEngine(info: EngineInfo, weight?: ContainerWeight): Check[] {
  const memoryGiB = info.memoryBytes / bytesPerGiB;
  return [
    { id: 'engine', title: 'Docker Engine', state: 'ok', detail: `${info.version} on ${info.operatingSystem} (${info.os}/${info.architecture}, kernel ${info.kernel})` },
    apiCheck(info.apiVersion),
    checkUsers(info),
    info.os === 'linux'
      ? { id: 'os', title: 'containers', state: 'ok', detail: 'Linux' }
      : { id: 'os', title: 'containers', state: 'fail', detail: info.os, remedy: 'switch the Engine to Linux containers' },
    amount('memory', 'memory', memoryGiB, leastMemoryGiB, goodMemoryGiB, 'give the Engine more memory'),
    { id: 'cpus', title: 'processors', state: info.cpus > 1 ? 'ok' : 'warn', detail: String(info.cpus), ...(info.cpus < 2 && { remedy: 'two or more make failovers quicker' }) },
    cgroupsCheck(info, weight),
  ];
}

/** Files of mode 0600 are read by who owns them; an Engine that maps users makes that nobody whom haplat could name. */
export function checkUsers({ users }: Pick<EngineInfo, 'users'>): Check {
  const check = { id: 'users', title: 'users' };
  if (users === 'same') return { ...check, state: 'ok', detail: 'the same in containers and on the host' };
  if (users === 'rootless') return { ...check, state: 'ok', detail: 'of an Engine without root: root in a container is who runs the Engine' };
  return {
    ...check,
    state: 'fail',
    detail: 'the Engine maps them to others (userns-remap): containers could not read what haplat writes for them',
    remedy: 'use an Engine without userns-remap, or one that runs without root',
  };
}

/** The kernel's defaults: cpu.shares of version 1, cpu.weight of version 2 (cgroup-v2.rst). */
const defaultWeights: Readonly<Record<string, number>> = { 1: 1024, 2: 100 };

/** In a group of the default weight, all containers together get as much of a busy processor as one process of the host. */
function cgroupsCheck({ cgroupVersion, cgroupDriver }: EngineInfo, weight: ContainerWeight | undefined): Check {
  const check = { id: 'cgroups', title: 'control groups', detail: `version ${cgroupVersion}, ${cgroupDriver}` };
  const least = defaultWeights[cgroupVersion] ?? 0;
  if (weight === undefined || weight.value > least) return { ...check, state: 'ok' };
  return {
    ...check,
    state: 'warn',
    detail: `${check.detail}: all containers together weigh as much as one process of the host`,
    remedy: `answers get steadier with more: echo ${4 * least} > ${weight.path}`,
  };
}

function apiCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > leastApi[0] || (major === leastApi[0] && minor >= leastApi[1]);
  return {
    id: 'api',
    title: 'API version',
    state: isEnough ? 'ok' : 'fail',
    detail: version,
    ...(!isEnough && { remedy: `use an Engine with API ${leastApi.join('.')} (20.10) or later` }),
  };
}

/** Free space where the Engine keeps images and volumes. */
export function checkDisk(freeBytes: number, path: string): Check {
  return { ...amount('disk', 'free disk', freeBytes / bytesPerGiB, leastDiskGiB, goodDiskGiB, 'make room: images and data need it'), detail: `${(freeBytes / bytesPerGiB).toFixed(1)} GiB at ${path}` };
}

/** Free space where our state is kept: files of some kilobytes. */
export function checkStateDisk(freeBytes: number, path: string): Check {
  const freeMiB = freeBytes / bytesPerMiB;
  const isEnough = freeMiB >= leastStateMiB;
  return {
    id: 'state-disk',
    title: 'state directory',
    state: isEnough ? 'ok' : 'fail',
    detail: `${freeMiB.toFixed(0)} MiB free at ${path}`,
    ...(!isEnough && { remedy: `make room: its files need some (${leastStateMiB} MiB or more)` }),
  };
}

function amount(id: string, title: string, gib: number, least: number, good: number, remedy: string): Check {
  const state = gib < least ? 'fail' : gib < good ? 'warn' : 'ok';
  return { id, title, state, detail: `${gib.toFixed(1)} GiB`, ...(state !== 'ok' && { remedy: `${remedy} (${good} GiB or more)` }) };
}
