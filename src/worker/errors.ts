import { errorCode } from '../app/errors.ts';

/** The job can't succeed, now or later: no further attempt. */
export class PermanentJobError extends Error {
  override readonly name = 'PermanentJobError';
}

/** The job was given up in an earlier delivery of this message; the text says why. */
export class GivenUpBefore extends Error {
  override readonly name = 'GivenUpBefore';
}

/** Why an attempt failed, as it may be shown to clients: the log has the rest. */
export function shownReason(error: Error): string {
  if (error instanceof PermanentJobError) return error.message;
  return `unexpected error (${errorCode(error) ?? error.name})`;
}
