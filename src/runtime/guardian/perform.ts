import { messageOf } from '../errors.ts';
import type { Engine } from '../engine/port.ts';
import type { Action, Outcome } from './model.ts';

/** A frozen process does not hear SIGTERM: little time is lost on it. */
const graceMs = 1000;

const refusals = [
  'is restarting, wait until',
  'is not running',
  // Since Engine 28 "cannot join network namespace of a …"; before "cannot join network of a …".
  'of a non running container',
  'removal of container',
  'already in progress',
  'is not paused',
  'is paused',
];
const gone = ['no such container', 'marked for removal', 'is marked for'];

/** Carries out one action. Never rejects: how it ended is for the guardian to remember. */
export async function perform(engine: Engine, action: Action): Promise<{ outcome: Outcome; message?: string }> {
  try {
    await call(engine, action);
    return { outcome: 'done' };
  } catch (error) {
    const message = messageOf(error);
    return { outcome: outcomeOf(message), message };
  }
}

async function call(engine: Engine, { verb, container }: Action): Promise<void> {
  switch (verb) {
    case 'start':
      return engine.startContainer(container);
    case 'restart':
      return engine.restartContainer(container, { graceMs });
    case 'unpause':
      return engine.unpauseContainer(container);
  }
}

/** The Engine tells these apart by words only: they are all 409, 404 or 500. */
export function outcomeOf(message: string): Outcome {
  const text = message.toLowerCase();
  if (gone.some((words) => text.includes(words))) return 'gone';
  return refusals.some((words) => text.includes(words)) ? 'refused' : 'failed';
}
