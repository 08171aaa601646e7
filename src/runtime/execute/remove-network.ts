import type { Engine } from '../engine/port.ts';
import { messageOf, OperationError } from '../errors.ts';

/** The Engine's words where it counts containers on a network: 20.10 was seen to count one that was no more. */
const counted = 'active endpoints';

/** Removes a network. OperationError, which names them, while containers are on it. */
export async function removeNetwork(engine: Pick<Engine, 'removeNetwork' | 'networkMembers'>, name: string): Promise<void> {
  try {
    await engine.removeNetwork(name);
  } catch (error) {
    const members = await engine.networkMembers(name).catch(() => undefined);
    if (members === undefined) throw error;
    if (members.length === 0) throw messageOf(error).includes(counted) ? miscounted(name, error) : error;
    throw new OperationError(`the network ${name} can't be removed while ${members.join(', ')} ${members.length === 1 ? 'is' : 'are'} on it`, {
      cause: error,
      remedy: takingOff(name, members),
    });
  }
}

function miscounted(name: string, cause: unknown): OperationError {
  return new OperationError(`the network ${name} can't be removed: the Engine counts a container on it that is gone`, {
    cause,
    remedy: 'restart the Engine, which counts anew ("systemctl restart docker"), and run the same command again',
  });
}

/** What to do about containers that are on a network that has to go. */
export function takingOff(network: string, members: readonly string[]): string {
  return `stop ${members.length === 1 ? 'it' : 'them'}, or "docker network disconnect ${network} ${members[0] ?? 'NAME'}", and run the same command again`;
}
