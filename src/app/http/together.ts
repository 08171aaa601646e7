import type { Database } from '../db/database.ts';
import { DatabaseOverloaded, DatabaseReadOnly, DatabaseUnavailable, isOutOfRoom, isTimeout } from '../db/errors.ts';
import type { Operation, OperationRequest, Reply } from './operation.ts';

export type CheckedRequest = OperationRequest<unknown, unknown, unknown>;
export type Outcome = PromiseSettledResult<Reply>;

/** Carries the request out by itself. Throws problems and the errors of the database. */
export function alone(database: Pick<Database, 'run'>, operation: Operation, request: CheckedRequest): Promise<Reply> {
  const { idempotent } = operation;
  return database.run((connection) => operation.handle(connection, request), {
    idempotent: typeof idempotent === 'function' ? idempotent(request.headers) : idempotent,
  });
}

/**
 * Carries the requests out in one statement, those that it leaves out each by itself, and if one of them makes it fail, all:
 * so no request fails for another's sake. Throws the errors of the database that mean all of them.
 */
export async function together(
  database: Pick<Database, 'run'>,
  operation: Operation,
  requests: readonly CheckedRequest[],
): Promise<readonly Outcome[]> {
  const handleAll = operation.handleAll?.bind(operation);
  if (handleAll !== undefined && requests.length > 1) {
    try {
      const replies = await database.run((connection) => handleAll(connection, requests), { idempotent: true });
      return await Promise.allSettled(requests.map(async (request, index) => replies[index] ?? alone(database, operation, request)));
    } catch (error) {
      if (meansAll(error)) throw error;
    }
  }
  return Promise.allSettled(requests.map((request) => alone(database, operation, request)));
}

const meansAll = (error: unknown): boolean =>
  [DatabaseUnavailable, DatabaseReadOnly, DatabaseOverloaded].some((kind) => error instanceof kind) || isTimeout(error) || isOutOfRoom(error);
