import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';

/** Removes a network. OperationError, which names them, while containers are on it. */
export async function removeNetwork(engine: Pick<Engine, 'removeNetwork' | 'networkMembers'>, name: string): Promise<void> {
  try {
    await engine.removeNetwork(name);
  } catch (error) {
    const members = await engine.networkMembers(name).catch(() => []);
    if (members.length === 0) throw error;
    throw new OperationError(`the network ${name} can't be removed while ${members.join(', ')} ${members.length === 1 ? 'is' : 'are'} on it`, {
      cause: error,
      remedy: takingOff(name, members),
    });
  }
}

/** What to do about containers that are on a network that has to go. */
export function takingOff(network: string, members: readonly string[]): string {
  return `stop ${members.length === 1 ? 'it' : 'them'}, or "docker network disconnect ${network} ${members[0] ?? 'NAME'}", and run the same command again`;
}
