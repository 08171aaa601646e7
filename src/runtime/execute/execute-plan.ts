import { InterruptedError, messageOf } from '../errors.ts';
import type { Operation, Plan } from '../plan/operation.ts';
import type { OnExecutionEvent } from './events.ts';

/** Carries out one operation; `report` takes lines of progress. */
export type Perform = (operation: Operation, report: (text: string) => void, signal: AbortSignal) => Promise<void>;

/** How many operations may be under way at once: an Engine on two cores gains nothing from more. */
const defaultConcurrency = 12;

/**
 * Walks the plan: an operation begins as soon as all that it waits for have succeeded. Decides nothing. After a failure
 * nothing new begins, what is under way ends, and the first error is thrown; with `keepGoing` all that does not wait for
 * what failed is done first. On abort nothing new begins, and InterruptedError is thrown.
 */
export async function executePlan(
  plan: Plan,
  perform: Perform,
  options: { readonly signal: AbortSignal; readonly onEvent?: OnExecutionEvent; readonly concurrency?: number; readonly keepGoing?: boolean },
): Promise<void> {
  const { signal, onEvent = () => undefined, concurrency = defaultConcurrency, keepGoing = false } = options;
  const waiting = new Map(plan.operations.map((operation) => [operation.id, operation]));
  const done = new Set<string>();
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
          failure ??= error instanceof Error ? error : new Error(messageOf(error));
          if (!keepGoing) failed.abort();
          running.delete(operation.id);
        },
      ),
    );
  };

  for (;;) {
    if ((failure === undefined || keepGoing) && !signal.aborted) {
      const ready = [...waiting.values()].filter((operation) => operation.after.every((id) => done.has(id)));
      for (const operation of ready.slice(0, concurrency - running.size)) begin(operation);
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (signal.aborted) throw new InterruptedError();
  if (failure !== undefined) throw failure;
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
