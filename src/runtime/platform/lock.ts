import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { hasCode, InterruptedError, OperationError } from '../errors.ts';
import { asFileError, writing } from '../files/file-error.ts';

const pollIntervalMs = 250;
/** A holder renews each second; one that has not for this long was killed. */
const staleMs = 5000;
const updateMs = 1000;

export interface LockOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called once, if somebody else has the lock. */
  readonly onWait: () => void;
}

/**
 * Runs `action` as the only one that changes this project from this machine. Waits for another; OperationError when
 * that takes longer than `timeoutMs`. The lock of a process that was killed falls within seconds, and so does that of one
 * that was stopped (Ctrl-Z, a machine that slept) while another waited for it: the signal that `action` is given aborts then
 * too, so that it heals and stops, and OperationError says why.
 */
export async function withProjectLock<T>(stateDirectory: string, options: LockOptions, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  await writing(stateDirectory, () => mkdir(stateDirectory, { recursive: true, mode: 0o700 }));
  const lost = new AbortController();
  const release = await acquire(join(stateDirectory, 'lock'), stateDirectory, options, (error) => { lost.abort(error); });
  try {
    return await action(AbortSignal.any([options.signal, lost.signal]));
  } catch (error) {
    throw lost.signal.aborted && error instanceof InterruptedError ? lockLost(lost.signal.reason, error) : error;
  } finally {
    // A lock that is gone already has nothing to release.
    await release().catch(() => undefined);
  }
}

function lockLost(cause: unknown, { details, remedy }: InterruptedError): OperationError {
  return new OperationError("this project's lock was lost: this process stood still for a while, or somebody removed it", {
    cause,
    // What could not be undone meanwhile, and what to do about it.
    details,
    remedy: details.length > 0 && remedy !== undefined ? remedy : 'run the same command again: it goes on from what is there',
  });
}

async function acquire(
  lockfilePath: string,
  stateDirectory: string,
  options: LockOptions,
  onCompromised: (error: Error) => void,
): Promise<() => Promise<void>> {
  const deadline = performance.now() + options.timeoutMs;
  for (let attempt = 0; ; attempt += 1) {
    if (options.signal.aborted) throw new InterruptedError();
    try {
      return await lock(stateDirectory, { lockfilePath, stale: staleMs, update: updateMs, realpath: false, onCompromised });
    } catch (error) {
      if (!hasCode(error, 'ELOCKED')) throw asFileError(error, lockfilePath);
      if (attempt === 0) options.onWait();
      if (performance.now() > deadline) {
        throw new OperationError(`another haplat has been changing this project for over ${options.timeoutMs / 1000} s`, {
          remedy: `wait for it to end; if there is none, remove ${lockfilePath}`,
          cause: error,
        });
      }
      await pause(pollIntervalMs);
    }
  }
}
