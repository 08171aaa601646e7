/** What a person can do something about. The command line prints `message`, then `remedy`, and no stack trace. */
export class HaplatError extends Error {
  override readonly name: string = 'HaplatError';
  /** One line: what to do about it. */
  readonly remedy: string | undefined;
  /** More lines that help to see why (log lines of what failed, for instance). */
  readonly details: readonly string[];

  constructor(message: string, options: { remedy?: string; cause?: unknown; details?: readonly string[] } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.remedy = options.remedy;
    this.details = options.details ?? [];
  }
}

/** Bad input: a flag, a key of haplat.yaml, a file it names. Exit code 2; nothing was touched. */
export class ConfigError extends HaplatError {
  override readonly name = 'ConfigError';
}

/** An operation on a reachable Engine failed, or a deadline passed. Exit code 1. */
export class OperationError extends HaplatError {
  override readonly name: string = 'OperationError';
}

/** The Docker Engine does not answer. Exit code 5. */
export class EngineUnreachableError extends HaplatError {
  override readonly name = 'EngineUnreachableError';
}

/** The user or a signal stopped what was going on. Exit code 130. */
export class InterruptedError extends HaplatError {
  override readonly name = 'InterruptedError';

  constructor(message = 'interrupted', options: { remedy?: string; cause?: unknown; details?: readonly string[] } = {}) {
    super(message, { remedy: 'run the same command again: it goes on from what is there', ...options });
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether it is an error of the system's with this code: `ENOENT`, say. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
