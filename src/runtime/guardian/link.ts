import { OperationError } from '../errors.ts';
import { connectEngine } from '../engine/dockerode-engine.ts';
import type { Engine } from '../engine/port.ts';

/** A busy Engine takes its time; a frozen proxy never answers. */
const answerWithinMs = 5000;

/** The Engine by the first socket that answers; `next` goes on to the following one. */
export class EngineLink {
  readonly #engines: readonly Engine[];
  #index = 0;

  constructor(sockets: readonly string[]) {
    this.#engines = sockets.map((socketPath) => connectEngine({ kind: 'socket', path: socketPath }));
  }

  get engine(): Engine {
    const engine = this.#engines[this.#index % this.#engines.length];
    if (engine === undefined) throw new OperationError('no socket of an Engine is given');
    return engine;
  }

  get index(): number {
    return this.#index;
  }

  /** Gives a socket up; does nothing when somebody else has already done so. */
  next(from: number): void {
    if (from === this.#index) this.#index += 1;
  }
}

/** Rejects when the answer does not come in time: behind a frozen proxy nothing ever fails by itself. */
export async function inTime<T>(what: string, answer: Promise<T>, withinMs = answerWithinMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new OperationError(`${what}: no answer within ${withinMs} ms`));
    }, withinMs);
  });
  try {
    return await Promise.race([answer, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
