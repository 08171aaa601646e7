import { STATUS_CODES } from 'node:http';
import { DatabaseOverloaded, DatabaseReadOnly, DatabaseUnavailable, isOutOfRoom, isTimeout } from '../db/errors.ts';

/** One thing that is wrong with a request, and where: a JSON pointer into the body, or a parameter's name. */
export interface FieldError {
  readonly detail: string;
  readonly pointer?: string;
  readonly parameter?: string;
}

export interface ProblemOptions extends ErrorOptions {
  /** The last part of the problem type's URN; absent for what the status code says already. */
  readonly kind?: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that says what went wrong (RFC 9457). Its message is meant for the client. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly expose = true;
  readonly status: number;
  readonly kind: string | undefined;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, options: ProblemOptions = {}) {
    super(detail, options);
    this.status = status;
    this.kind = options.kind;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }
}

export const PROBLEM_TYPE = 'application/problem+json';
/** In seconds: what stands in the way is over soon, or for long. */
export const retryAfter = { 'retry-after': '1' };

/** Any error as a problem. What is not meant for the client becomes a bare 500 (Koa's rule: `err.expose`). */
export function toProblem(error: unknown, { isRead = false }: { readonly isRead?: boolean } = {}): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof DatabaseUnavailable) {
    const outcome = error.outcomeKnown || isRead ? '' : ' It is not known whether the request was carried out.';
    return unavailable(`The database is not available.${outcome}`, error);
  }
  if (error instanceof DatabaseReadOnly) return unavailable('The database takes no writes.', error, 'database-read-only');
  if (error instanceof DatabaseOverloaded) return unavailable('Too many requests are waiting.', error, 'overloaded');
  if (isOutOfRoom(error)) return unavailable('The database has no room for this.', error, 'database-full');
  if (isTimeout(error)) return unavailable('The database took too long.', error);
  return fromHttpError(error);
}

const unavailable = (detail: string, cause: unknown, kind = 'database-unavailable'): HttpProblem =>
  new HttpProblem(503, detail, { kind, headers: retryAfter, cause });

function fromHttpError(error: unknown): HttpProblem {
  if (!(error instanceof Error) || !('status' in error) || !isErrorStatus(error.status)) {
    return new HttpProblem(500, statusTitle(500), { cause: error });
  }
  const { status } = error;
  const isExposed = 'expose' in error && error.expose === true;
  const headers = 'headers' in error ? headersOf(error.headers) : {};
  return new HttpProblem(status, isExposed ? error.message : statusTitle(status), { cause: error, headers });
}

const isErrorStatus = (status: unknown): status is number => typeof status === 'number' && status >= 400 && status <= 599;

/** Of what somebody else's error has for headers, what can be set as one: anything else would be an error within the error. */
function headersOf(headers: unknown): Record<string, string> {
  if (typeof headers !== 'object' || headers === null) return {};
  return Object.fromEntries(Object.entries(headers).filter((header): header is [string, string] => typeof header[1] === 'string'));
}

const statusTitle = (status: number): string => STATUS_CODES[status] ?? 'Error';

/** The problem as JSON text. */
export const problemJson = (problem: HttpProblem, requestId: string): string =>
  JSON.stringify({
    type: problem.kind === undefined ? 'about:blank' : `urn:haplat:problem:${problem.kind}`,
    title: statusTitle(problem.status),
    status: problem.status,
    detail: problem.message,
    requestId,
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
  });
