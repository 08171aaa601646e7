import type { Engine } from '../../engine/port.ts';
import { messageOf } from '../../errors.ts';

const attemptsMax = 6;

/**
 * Pauses a container. With control groups of version 1 runc has it frozen only if all its threads stop within a moment,
 * and after some tries gives up ("unable to freeze"): on a machine whose processors are all busy that is too little.
 * Throws the Engine's error, of that kind only when it has given up again and again, or on an abort: nothing is to be
 * paused any more by then.
 */
export async function freezeContainer(engine: Pick<Engine, 'pauseContainer'>, container: string, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await engine.pauseContainer(container);
      return;
    } catch (error) {
      if (signal.aborted || attempt >= attemptsMax || !messageOf(error).includes('unable to freeze')) throw error;
    }
  }
}
