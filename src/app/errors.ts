/** The configuration can't work: found before anything is started. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  /** One line a problem: `DB_PORT: …`. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(`settings: ${problems.join('; ')}`, options);
    this.problems = problems;
  }
}

/** The HTTP port could not be opened. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly port: number;

  constructor(port: number, cause: Error) {
    super(`cannot listen on port ${port}: ${cause.message}`, { cause });
    this.port = port;
  }
}

/** Something took longer than it was given. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';

  constructor(what: string, timeoutMs: number) {
    super(`${what} took longer than ${timeoutMs} ms`);
  }
}

/** Whatever was thrown, as an Error. */
export const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** The SQLSTATE or system error code of `error`, if it has one. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
