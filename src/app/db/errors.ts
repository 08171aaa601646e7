import { errorCode } from '../errors.ts';

/** The database can't be reached, or went away before it answered. `outcomeKnown` is false if the work may have been done. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
  readonly outcomeKnown: boolean;

  constructor(message: string, options: { outcomeKnown: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.outcomeKnown = options.outcomeKnown;
  }
}

/** The database is there, is no standby, and takes no writes all the same: somebody has set it so. */
export class DatabaseReadOnly extends Error {
  override readonly name = 'DatabaseReadOnly';
}

/** Too much work is waiting for a connection; more would only make all of it late. */
export class DatabaseOverloaded extends Error {
  override readonly name = 'DatabaseOverloaded';
}

/** The database is there, and what this version needs in it is not. */
export class SchemaIncomplete extends Error {
  override readonly name = 'SchemaIncomplete';
}

// Class 08 is "connection exception". 57P0x: the server stops, crashed or starts. 53300: no slot free.
// 25006: writes to a server that is read-only, as a demoted primary is: its connections are of no more use.
const connectionStates = new Set(['57P01', '57P02', '57P03', '57P05', '53300', '25006']);
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
]);
// pg gives these no code.
const connectionMessages = [
  'Connection terminated',
  'timeout expired',
  'Query read timeout',
  'Client has encountered a connection error',
  'Client was closed',
];

/** The server lets nobody else in; who is in already stays. */
export const isServerFull = (error: unknown): boolean => errorCode(error) === '53300';

/** Whether the connection, and not the statement, is what failed: it must be thrown away, its work may be repeated if idempotent. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = errorCode(error);
  if (code !== undefined) return code.startsWith('08') || connectionStates.has(code) || networkCodes.has(code);
  return connectionMessages.some((message) => error.message.startsWith(message));
}

/** A connection error that only says that something took too long. */
export const isConnectionTimeout = (error: unknown): boolean =>
  error instanceof Error &&
  ['timeout expired', 'Query read timeout', 'Connection terminated due to connection timeout'].includes(error.message);

/** The server takes no writes: it is a standby, or was made one. */
export const isReadOnlyServer = (error: unknown): boolean => errorCode(error) === '25006';

/** A table is not there: the database is another one than it was, or somebody removed the table. */
export const isSchemaLost = (error: unknown): boolean => error instanceof SchemaIncomplete || errorCode(error) === '42P01';

/** The server is there, and has no room on its disk for this, no memory, or no more of what its settings allow. */
export const isOutOfRoom = (error: unknown): boolean => ['53100', '53200', '53400'].includes(errorCode(error) ?? '');

/** The server undid the transaction for the sake of another one (serialization failure, deadlock): repeat it. */
export const isRetryableConflict = (error: unknown): boolean => ['40001', '40P01'].includes(errorCode(error) ?? '');

/** A statement or lock ran into its timeout. */
export const isTimeout = (error: unknown): boolean => ['57014', '55P03'].includes(errorCode(error) ?? '');

/** Whether `error` is the violation of the unique constraint or index named `constraint`. */
export const isUniqueViolation = (error: unknown, constraint: string): boolean =>
  errorCode(error) === '23505' && error instanceof Error && 'constraint' in error && error.constraint === constraint;

/** pg-pool's way to say that all connections were in use for too long. */
export const isAcquireTimeout = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('timeout exceeded when trying to connect');
