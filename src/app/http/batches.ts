import { setImmediate as nextTurn } from 'node:timers/promises';
import { DatabaseOverloaded } from '../db/errors.ts';

const PATIENCE_MS = 25;

export interface BatchesOptions {
  /** A batch takes no more calls than this. */
  readonly sizeMax: number;
  /** Calls beyond this, waiting or under way, are refused. */
  readonly pendingMax: number;
  /** What takes longer no longer holds up the next batch: one slow statement must not make all behind it slow. 25 ms by default. */
  readonly patienceMs?: number;
}

interface Batch<In, Out> {
  readonly inputs: In[];
  readonly done: Promise<Out>;
}

/**
 * Calls for the same key that come while one is under way are carried out together by the next: what the database is
 * asked grows with what it can do, not with how many ask. No call joins what has begun already, so what a call gets is
 * never older than the call.
 */
export class Batches<In, Out> {
  readonly #options: BatchesOptions;
  readonly #open = new Map<string, Batch<In, Out>>();
  readonly #running = new Map<string, Promise<unknown>>();
  #pending = 0;

  constructor(options: BatchesOptions) {
    this.#options = options;
  }

  /** What `work` makes of all inputs of the batch, and the place of this one among them. Throws DatabaseOverloaded, and what `work` throws. */
  async join(key: string, input: In, work: (inputs: readonly In[]) => Promise<Out>): Promise<{ readonly result: Out; readonly place: number }> {
    if (this.#pending >= this.#options.pendingMax) throw new DatabaseOverloaded('too many requests wait for their batch');
    this.#pending += 1;
    try {
      const batch = this.#open.get(key) ?? this.#begin(key, work);
      const place = batch.inputs.push(input) - 1;
      if (batch.inputs.length >= this.#options.sizeMax) this.#close(key, batch);
      return { result: await batch.done, place };
    } finally {
      this.#pending -= 1;
    }
  }

  #begin(key: string, work: (inputs: readonly In[]) => Promise<Out>): Batch<In, Out> {
    const inputs: In[] = [];
    const batch: Batch<In, Out> = {
      inputs,
      done: this.#turn(key).then(() => {
        this.#close(key, batch);
        const result = work(inputs);
        this.#follow(key, result);
        return result;
      }),
    };
    this.#open.set(key, batch);
    return batch;
  }

  #close(key: string, batch: Batch<In, Out>): void {
    if (this.#open.get(key) === batch) this.#open.delete(key);
  }

  #follow(key: string, result: Promise<Out>): void {
    const settled = result.then(noop, noop);
    this.#running.set(key, settled);
    void settled.then(() => {
      if (this.#running.get(key) === settled) this.#running.delete(key);
    });
  }

  /** Until those who arrived together have all asked, and what is under way has ended or takes long. */
  #turn(key: string): Promise<unknown> {
    const running = this.#running.get(key);
    if (running === undefined) return nextTurn();
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#options.patienceMs ?? PATIENCE_MS);
      void running.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

const noop = (): void => undefined;
