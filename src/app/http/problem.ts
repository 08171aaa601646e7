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
const retryAfter = { 'retry-after': '1' };

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
  const { status, expose, headers } = error as { status?: unknown; expose?: unknown; headers?: Record<string, string> };
  if (!(error instanceof Error) || typeof status !== 'number' || status < 400 || status > 599) {
    return new HttpProblem(500, statusTitle(500), { cause: error });
  }
  const options = headers === undefined ? { cause: error } : { cause: error, headers };
  return new HttpProblem(status, expose === true ? error.message : statusTitle(status), options);
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
