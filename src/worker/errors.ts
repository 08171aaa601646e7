/** The job can't succeed, now or later: no further attempt. */
export class PermanentJobError extends Error {
  override readonly name = 'PermanentJobError';
}
