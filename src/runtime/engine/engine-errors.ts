import { EngineUnreachableError, HaplatError, InterruptedError, messageOf, OperationError } from '../errors.ts';

const unreachableCodes = new Set(['ECONNREFUSED', 'ENOENT', 'EACCES', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE']);

/** What Node says of a connection that ends before the answer, whoever ended it. */
const givenUp = 'ECONNRESET';
/** Node's timers count from the beginning of the turn in which they are set, and in whole milliseconds. */
const timerSlackMs = 50;

/** The HTTP status of an answer of the Engine, if this is one. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/**
 * Runs one call of the Engine; what it throws becomes one of our errors, with the call named. A connection that is given
 * up after `patienceMs` breaks like one that the Engine closes: so they are told apart.
 */
export async function calling<T>(what: string, call: () => Promise<T>, patienceMs = Number.POSITIVE_INFINITY): Promise<T> {
  const since = performance.now();
  const limit = new AbortController();
  try {
    return await Promise.race([call(), lateness(what, patienceMs, limit.signal)]);
  } catch (error) {
    const afterMs = performance.now() - since;
    throw afterMs >= patienceMs - timerSlackMs && codeOf(error) === givenUp ? silent(what, error, afterMs) : translate(what, error);
  } finally {
    limit.abort();
  }
}

/**
 * Rejects when patience is at its end. An answer that breaks off after its head would not end the call otherwise: the client
 * listens for an end of it, or an error of the request (docker-modem's buildRequest), and neither comes.
 */
async function lateness(what: string, patienceMs: number, signal: AbortSignal): Promise<never> {
  if (!Number.isFinite(patienceMs)) return new Promise(() => undefined);
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => { reject(silent(what, undefined, patienceMs)); }, patienceMs + timerSlackMs);
  signal.addEventListener('abort', () => { clearTimeout(timer); }, { once: true });
  return promise;
}

/** What comes in the course of time; where that breaks off it is one of our errors as well, and an abort is no error. */
export async function* streaming<T>(what: string, items: AsyncIterable<T>, signal?: AbortSignal): AsyncIterable<T> {
  try {
    yield* items;
  } catch (error) {
    if (signal?.aborted !== true) throw translate(what, error);
  }
}

/** Makes a call, for which these HTTP statuses mean that the wish is already fulfilled. */
export async function unlessFulfilled(statuses: readonly number[], call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || !statuses.includes(status)) throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  if (statusOf(error) !== undefined || !(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function translate(what: string, error: unknown): HaplatError {
  if (error instanceof HaplatError) return error;
  if (error instanceof Error && error.name === 'AbortError') return new InterruptedError();
  const code = codeOf(error);
  if (code !== undefined && unreachableCodes.has(code)) return unreachable(code, error);
  return new OperationError(`${what}: ${engineText(error)}`, { cause: error });
}

function unreachable(code: string, cause: unknown): EngineUnreachableError {
  return new EngineUnreachableError(`the Docker Engine does not answer (${code}: ${messageOf(cause)})`, {
    cause,
    remedy:
      code === 'EACCES'
        ? 'run as root or as a member of the group "docker"'
        : 'start it (on Debian as root: scripts/engine), or point DOCKER_HOST, a Docker context or engine.socketPath at one',
  });
}

function silent(what: string, cause: unknown, afterMs: number): EngineUnreachableError {
  return new EngineUnreachableError(`the Docker Engine does not answer (${what}: nothing for ${Math.round(afterMs / 1000)} s)`, {
    cause,
    remedy: 'it takes connections: see its log (journalctl -u docker) and what the machine is busy with, or restart it',
  });
}

function engineText(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'json' in error) {
    const body = error.json;
    if (typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string') {
      return body.message.trim();
    }
  }
  return messageOf(error).trim();
}
