import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** What identifies the process in each of its log lines. */
export interface LogIdentity {
  readonly service: 'api' | 'worker';
  readonly instance: string;
}

/**
 * Structured logs on standard output, one JSON object a line. Written synchronously: what was logged before a crash
 * is there. Errors lose what drivers hang on them (clients with passwords in their settings).
 */
export function createLogger(identity: LogIdentity, level: string): Logger {
  return pino({
    level,
    base: { service: identity.service, instance: identity.instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
  });
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
