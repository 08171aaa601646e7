import { pino, type Logger, type LoggerOptions } from 'pino';

export type { Logger } from 'pino';

/** What identifies the process in each of its log lines. */
export interface LogIdentity {
  readonly service: 'api' | 'worker';
  readonly instance: string;
}

/** A pipe takes this much at once; fuller is written at once. */
const bufferBytes = 4096;
/** Lines beyond this are dropped: who should read them has stopped, and the replica goes on. */
const backlogBytes = 4 << 20;
/** The longest that a line waits to be written. */
const flushEveryMs = 50;
/** From this level on, what was logged is written before anything else happens: a crash may be next. */
const { warn: flushLevel } = pino.levels.values;

/**
 * Structured logs, one JSON object a line, on standard output or another open file. Lines are written together: a
 * system call for each, and the wake-up of who reads it, cost a busy replica more than its routing. Warnings are
 * written at once, and all is at an orderly exit and at an uncaught error; SIGKILL loses what is newer than
 * `flushEveryMs`. Errors lose what drivers hang on them (clients with passwords in their settings).
 */
export function createLogger(identity: LogIdentity, level: string, fd: number = process.stdout.fd): Logger {
  const destination = pino.destination({ dest: fd, sync: false, minLength: bufferBytes, maxLength: backlogBytes, periodicFlush: flushEveryMs });
  const options: LoggerOptions = {
    level,
    base: { service: identity.service, instance: identity.instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    hooks: {
      logMethod(args, method, lineLevel) {
        method.apply(this, args);
        if (lineLevel >= (flushLevel ?? 0)) destination.flushSync();
      },
    },
  };
  return pino(options, destination);
}

interface ErrorDescription {
  type: string;
  message: string;
  code?: string;
  stack?: string;
  cause?: ErrorDescription;
}

/** Only these fields: pg puts the client, and a query's values, on its errors. */
export function describeError(error: unknown): ErrorDescription | undefined {
  if (error === undefined || error === null) return undefined;
  if (!(error instanceof Error)) return { type: typeof error, message: 'something that is no Error was thrown' };
  const code = (error as { code?: unknown }).code;
  const cause = error.cause === undefined ? undefined : describeError(error.cause);
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(cause === undefined ? {} : { cause }),
  };
}
