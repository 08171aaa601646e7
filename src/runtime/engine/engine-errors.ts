import { EngineUnreachableError, HaplatError, InterruptedError, messageOf, OperationError } from '../errors.ts';

const unreachableCodes = new Set(['ECONNREFUSED', 'ENOENT', 'EACCES', 'ENOTFOUND', 'EHOSTUNREACH', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE']);

/** A connection that breaks after so long: either it did not answer, or it ended while it did not. */
const silentMs = 10_000;

/** The HTTP status of an answer of the Engine, if this is one. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** Runs one call of the Engine; what it throws becomes one of our errors, with the call named. */
export async function calling<T>(what: string, call: () => Promise<T>): Promise<T> {
  const since = performance.now();
  try {
    return await call();
  } catch (error) {
    throw translate(what, error, performance.now() - since);
  }
}

/** Like `calling`, for calls where these HTTP statuses mean that the wish is already fulfilled. */
export async function fulfilling(what: string, statuses: readonly number[], call: () => Promise<unknown>): Promise<void> {
  await calling(what, async () => {
    try {
      await call();
    } catch (error) {
      const status = statusOf(error);
      if (status === undefined || !statuses.includes(status)) throw error;
    }
  });
}

function translate(what: string, error: unknown, afterMs: number): HaplatError {
  if (error instanceof HaplatError) return error;
  if (error instanceof Error && error.name === 'AbortError') return new InterruptedError();
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (statusOf(error) === undefined && typeof code === 'string' && unreachableCodes.has(code)) {
    return afterMs < silentMs ? unreachable(code, error) : silent(what, error, afterMs);
  }
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
