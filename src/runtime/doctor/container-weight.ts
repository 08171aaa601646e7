import { hostname } from 'node:os';
import type { EngineInfo } from '../engine/port.ts';
import { readIfThere } from '../files/read-if-there.ts';

/** Of the group that all containers are in, beside the host's other processes. */
export interface ContainerWeight {
  readonly path: string;
  readonly value: number;
}

/**
 * Only the driver `cgroupfs` puts all containers into one group; with systemd each is a unit of its own. Undefined where
 * there is no such group, or the Engine is on another host.
 */
export async function readContainerWeight(info: EngineInfo, root = '/sys/fs/cgroup'): Promise<ContainerWeight | undefined> {
  if (info.cgroupDriver !== 'cgroupfs' || info.hostname !== hostname()) return undefined;
  const path = info.cgroupVersion === '1' ? `${root}/cpu/docker/cpu.shares` : `${root}/docker/cpu.weight`;
  const text = await readIfThere(path).catch(() => undefined);
  return text === undefined ? undefined : { path, value: Number(text) };
}
