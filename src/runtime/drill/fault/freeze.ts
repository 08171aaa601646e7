import type { Engine } from '../../engine/port.ts';
import { messageOf } from '../../errors.ts';

/** Each takes a third of a second. */
const attemptsMax = 6;

/**
 * Pauses a container. With control groups of version 1 runc has it frozen only if all its threads stop within a millisecond,
 * tries twenty times and gives up ("unable to freeze"): on a machine whose processors are all busy that is too little.
 * Throws the Engine's error, of that kind only when it has given up again and again.
 */
export async function freezeContainer(engine: Pick<Engine, 'pauseContainer'>, container: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await engine.pauseContainer(container);
      return;
    } catch (error) {
      if (attempt >= attemptsMax || !messageOf(error).includes('unable to freeze')) throw error;
    }
  }
}
