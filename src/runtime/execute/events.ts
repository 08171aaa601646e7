import type { Operation } from '../plan/operation.ts';

/** What happens while a plan is carried out; times are of one monotonic clock, in milliseconds. */
export type ExecutionEvent =
  | { readonly type: 'started'; readonly operation: Operation; readonly atMs: number }
  | { readonly type: 'progress'; readonly operation: Operation; readonly text: string }
  | { readonly type: 'succeeded'; readonly operation: Operation; readonly atMs: number; readonly durationMs: number }
  | { readonly type: 'failed'; readonly operation: Operation; readonly atMs: number; readonly error: Error };

export type OnExecutionEvent = (event: ExecutionEvent) => void;
