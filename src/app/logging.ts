import { pino, type Logger, type LoggerOptions } from 'pino';
import { errorCode } from './errors.ts';

export type { Logger } from 'pino';

/** What identifies the process in each of its log lines. */
export interface LogIdentity {
  readonly service: 'api' | 'worker';
  readonly instance: string;
}

/** What a pipe takes whole or not at all, PIPE_BUF of pipe(7): no line ends up in the middle of another. */
const writeBytes = 4096;
/** Lines are written when there are so many of them. */
const bufferBytes = 2048;
/** Lines beyond this are dropped: who should read them has stopped, and the replica goes on. */
const backlogBytes = 4 << 20;
/** The longest that a line waits to be written. */
const flushWithinMs = 50;
/** Pino's number for `warn`. From it on, what was logged is written before anything else happens: a crash may be next. */
const flushLevel = 40;

/**
 * Structured logs on standard output, one JSON object a line. Lines are written together: with a system call for each,
 * the Engine that reads them took 15 to 28 % of a busy machine, and takes 3 % so. Warnings are written at once if they can be, and all
 * is at an orderly exit and at an uncaught error; SIGKILL loses what is newer than `flushWithinMs`. Errors lose what
 * drivers hang on them (clients with passwords in their settings).
 */
export function createLogger(identity: LogIdentity, level: string): Logger {
  let isFlushing = false;
  const destination = pino.destination({
    dest: process.stdout.fd,
    sync: false,
    minLength: bufferBytes,
    maxWrite: writeBytes,
    maxLength: backlogBytes,
    // Of a pipe that is full it would wait, and all else with it, until somebody reads.
    retryEAGAIN: () => !isFlushing,
  });
  const flushSoon = flusher(destination);
  /** Whether all is written; who should read it may have stopped. */
  const flushNow = (): boolean => {
    isFlushing = true;
    try {
      destination.flushSync();
      return true;
    } catch {
      return false;
    } finally {
      isFlushing = false;
    }
  };
  const options: LoggerOptions = {
    level,
    base: { service: identity.service, instance: identity.instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: (error: unknown) => describeError(error) },
    hooks: {
      logMethod(args, method, lineLevel) {
        method.apply(this, args);
        if (lineLevel < flushLevel || !flushNow()) flushSoon();
      },
    },
  };
  return pino(options, destination);
}

/**
 * To be called with each line: it is written within `flushWithinMs`. Sonic-boom's own `periodicFlush` never stops: with
 * nothing to write it writes nothing, in a thread, twenty times a second.
 */
function flusher(destination: ReturnType<typeof pino.destination>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let logged = false;
  let drained = false;
  destination.on('drain', () => {
    drained = true;
  });
  const tick = (): void => {
    destination.flush();
    // A flush does nothing while a write is under way. None is when the last has ended and no line has come since.
    if (drained && !logged) {
      clearInterval(timer);
      timer = undefined;
    }
    logged = drained = false;
  };
  return () => {
    logged = true;
    timer ??= setInterval(tick, flushWithinMs).unref();
  };
}

interface ErrorDescription {
  type: string;
  message: string;
  code?: string;
  stack?: string;
  cause?: ErrorDescription;
}

/** Of an error and its causes together no more than a pipe takes whole (`writeBytes`), or a warning could be torn. */
const most = { causes: 2, message: 300, stack: 700 };

/** Only these fields: pg puts the client, and a query's values, on its errors. */
export function describeError(error: unknown, depth = 0): ErrorDescription | undefined {
  if (error === undefined || error === null) return undefined;
  if (!(error instanceof Error)) return { type: typeof error, message: 'something that is no Error was thrown' };
  const code = errorCode(error);
  const cause = error.cause === undefined || depth === most.causes ? undefined : describeError(error.cause, depth + 1);
  return {
    type: error.name,
    message: error.message.slice(0, most.message),
    ...(code === undefined ? {} : { code }),
    ...(error.stack === undefined ? {} : { stack: error.stack.slice(0, most.stack) }),
    ...(cause === undefined ? {} : { cause }),
  };
}
