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
export async function executePlan(
  plan: Plan,
  perform: Perform,
  options: ExecuteOptions,
): Promise<void> {
  const { signal, onEvent = () => undefined, concurrency = defaultConcurrency, keepGoing = false, finishWithinMs = defaultFinishWithinMs } = options;
  const waiting = new Map(plan.operations.map((operation) => [operation.id, operation]));
  const done = new Set<string>();
  const failedIds = new Set<string>();
  const running = new Map<string, Promise<void>>();
  let failure: Error | undefined;
  // One failure ends the waits that are under way as well: nothing would come of them.
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);

  const begin = (operation: Operation): void => {
    waiting.delete(operation.id);
    running.set(
      operation.id,
      runOne(operation, perform, either, onEvent).then(
        () => {
          done.add(operation.id);
          running.delete(operation.id);
        },
        (error: unknown) => {
          failedIds.add(operation.id);
          failure ??= error instanceof Error ? error : new Error(messageOf(error));
          if (!keepGoing) failed.abort();
          running.delete(operation.id);
        },
      ),
    );
  };

  const isOver = (operation: Operation, id: string) => done.has(id) || (keepGoing && isIn('takes away', operation) && failedIds.has(id));
  let cutAtMs: number | undefined;
  const ready = (): Operation[] => {
    if ((failure === undefined || keepGoing) && !signal.aborted) return [...waiting.values()].filter((operation) => operation.after.every((id) => isOver(operation, id)));
    cutAtMs ??= performance.now();
    return performance.now() - cutAtMs < finishWithinMs ? readyOfHalfDone(plan, { waiting, running, done }) : [];
  };

  for (;;) {
    for (const operation of ready().slice(0, concurrency - running.size)) begin(operation);
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (signal.aborted) throw new InterruptedError();
  if (failure !== undefined) throw failure;
  // They wait for each other, or for what the plan does not have: never a success.
  if (waiting.size > 0) throw new Error(`the plan can't be carried out to its end: ${[...waiting.keys()].join(', ')}`);
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
