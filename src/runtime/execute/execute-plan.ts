import { InterruptedError, messageOf } from '../errors.ts';
import { readyOfHalfDone } from '../plan/half-done.ts';
import { isIn } from '../plan/kinds.ts';
import type { Operation, Plan } from '../plan/operation.ts';
import type { OnExecutionEvent } from './events.ts';

/** Carries out one operation; `report` takes lines of progress. */
export type Perform = (operation: Operation, report: (text: string) => void, signal: AbortSignal) => Promise<void>;

/** How many operations may be under way at once: an Engine on two cores gains nothing from more. */
const defaultConcurrency = 12;
/** The longest stop of ours (30 s), and as long again to make and start what comes in its place. */
const defaultFinishWithinMs = 60_000;

export interface ExecuteOptions {
  readonly signal: AbortSignal;
  readonly onEvent?: OnExecutionEvent;
  readonly concurrency?: number;
  /** For what takes things down: all that does not need what failed is done first. */
  readonly keepGoing?: boolean;
  /** How long after a failure or an abort what is half done may still begin anything. */
  readonly finishWithinMs?: number;
}

/**
 * Walks the plan: an operation begins as soon as all that it waits for have succeeded. Decides nothing. After a failure or
 * an abort nothing new begins but what brings back who is half replaced, without a wait for anybody's health; what is
 * under way ends, and the first error, or InterruptedError, is thrown. With `keepGoing` a failure cuts nothing short: a
 * container is stopped or removed after those before it, whether or not they could be, and the error is thrown last.
 */
export async function executePlan(plan: Plan, perform: Perform, options: ExecuteOptions): Promise<void> {
  await new Execution(plan, perform, options).run();
}

class Execution {
  readonly #plan: Plan;
  readonly #perform: Perform;
  readonly #options: ExecuteOptions;
  readonly #waiting: Map<string, Operation>;
  readonly #running = new Map<string, Promise<void>>();
  readonly #done = new Set<string>();
  readonly #failedIds = new Set<string>();
  /** One failure ends the waits that are under way as well: nothing would come of them. */
  readonly #failed = new AbortController();
  #failure: Error | undefined;
  #cutAtMs: number | undefined;

  constructor(plan: Plan, perform: Perform, options: ExecuteOptions) {
    this.#plan = plan;
    this.#perform = perform;
    this.#options = options;
    this.#waiting = new Map(plan.operations.map((operation) => [operation.id, operation]));
  }

  async run(): Promise<void> {
    const { signal, concurrency = defaultConcurrency } = this.#options;
    for (;;) {
      for (const operation of this.#ready().slice(0, concurrency - this.#running.size)) this.#begin(operation);
      if (this.#running.size === 0) break;
      await Promise.race(this.#running.values());
    }
    if (signal.aborted) throw new InterruptedError();
    if (this.#failure !== undefined) throw this.#failure;
    // They wait for each other, or for what the plan does not have: never a success.
    if (this.#waiting.size > 0) throw new Error(`the plan can't be carried out to its end: ${[...this.#waiting.keys()].join(', ')}`);
  }

  #begin(operation: Operation): void {
    const { signal, keepGoing = false, onEvent = () => undefined } = this.#options;
    const succeed = (): void => {
      this.#done.add(operation.id);
      this.#running.delete(operation.id);
    };
    const fail = (error: unknown): void => {
      this.#failedIds.add(operation.id);
      this.#failure ??= error instanceof Error ? error : new Error(messageOf(error));
      if (!keepGoing) this.#failed.abort();
      this.#running.delete(operation.id);
    };
    this.#waiting.delete(operation.id);
    this.#running.set(operation.id, runOne(operation, this.#perform, AbortSignal.any([signal, this.#failed.signal]), onEvent).then(succeed, fail));
  }

  /** What may begin now. */
  #ready(): Operation[] {
    const { signal, keepGoing = false, finishWithinMs = defaultFinishWithinMs } = this.#options;
    if ((this.#failure === undefined || keepGoing) && !signal.aborted) {
      return [...this.#waiting.values()].filter((operation) => operation.after.every((id) => this.#isOver(operation, id)));
    }
    this.#cutAtMs ??= performance.now();
    if (performance.now() - this.#cutAtMs >= finishWithinMs) return [];
    return readyOfHalfDone(this.#plan, { waiting: this.#waiting, running: this.#running, done: this.#done });
  }

  /** Whether what an operation waits for is no reason to wait any more. */
  #isOver(operation: Operation, id: string): boolean {
    if (this.#done.has(id)) return true;
    return this.#options.keepGoing === true && isIn('takes away', operation) && this.#failedIds.has(id);
  }
}

async function runOne(operation: Operation, perform: Perform, signal: AbortSignal, onEvent: OnExecutionEvent): Promise<void> {
  const startedAtMs = performance.now();
  onEvent({ type: 'started', operation, atMs: startedAtMs });
  try {
    await perform(operation, (text) => { onEvent({ type: 'progress', operation, text }); }, signal);
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(messageOf(error));
    onEvent({ type: 'failed', operation, atMs: performance.now(), error: failure });
    throw failure;
  }
  const atMs = performance.now();
  onEvent({ type: 'succeeded', operation, atMs, durationMs: atMs - startedAtMs });
}
