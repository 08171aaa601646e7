import { readFile } from 'node:fs/promises';
import type { ContainerDetails } from './port.ts';

/**
 * A file under /proc/PID of a container's process 1 as this host sees it: some ten milliseconds quicker than a command in
 * the container, and possible while that is frozen. Undefined where this host's processes are not the Engine's (an Engine
 * elsewhere or in a virtual machine), where we may not look, and when it does not run.
 */
export async function readHostProc({ id, pid }: Pick<ContainerDetails, 'id' | 'pid'>, path: string, proc = '/proc'): Promise<string | undefined> {
  if (pid <= 0) return undefined;
  try {
    const text = await readFile(`${proc}/${pid}/${path}`, 'utf8');
    // Whose process that was is asked afterwards: an answer that fits now did so before. cgroups(7): names have the id.
    return (await readFile(`${proc}/${pid}/cgroup`, 'utf8')).includes(id) ? text : undefined;
  } catch {
    return undefined;
  }
}
