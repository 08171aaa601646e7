import { EngineUnreachableError, HaplatError, InterruptedError, messageOf, OperationError } from '../../errors.ts';

/**
 * What to tell of an error that was followed by others while all was tidied up (SuppressedError, of `using`): the first one,
 * with the others beside it and what to do about them. Any other error stays what it is.
 */
export function unsuppressed(error: unknown): unknown {
  const [first, ...later] = inOrder(error);
  if (later.length === 0) return error;
  const details = [...new Set(later.map(messageOf))].filter((text) => text !== messageOf(first));
  const remedy = later.find((one) => one instanceof HaplatError)?.remedy;
  const options = { cause: error, details, ...(remedy !== undefined && { remedy }) };
  if (first instanceof InterruptedError) return new InterruptedError(first.message, options);
  return first instanceof EngineUnreachableError ? new EngineUnreachableError(first.message, options) : new OperationError(messageOf(first), options);
}

function inOrder(error: unknown): unknown[] {
  return error instanceof SuppressedError ? [...inOrder(error.suppressed), ...inOrder(error.error)] : [error];
}
