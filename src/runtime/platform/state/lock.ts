import { mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import type { LoadedConfig } from '../../config/load-config.ts';
import type { Config } from '../../config/schema/config.ts';
import { hasCode, InterruptedError, OperationError } from '../../errors.ts';
import { asFileError, writing } from '../../files/file-error.ts';
import { lockFolder } from '../../topology/state-paths.ts';

const pollIntervalMs = 250;
/** A holder renews each second; one that has not for this long was killed. */
const staleMs = 5000;
const updateMs = 1000;

export interface LockOptions {
  readonly signal: AbortSignal;
  /** Told once, if somebody else has the lock. */
  readonly onNote: (message: string) => void;
}

type Project = Pick<LoadedConfig, 'stateDirectory'> & { readonly config: Pick<Config, 'project' | 'timeouts'> };

/**
 * Runs `action` as the only one that changes this project from this machine. Waits for another; OperationError when
 * that takes longer than `timeouts.lockMs`. The lock of a process that was killed falls within seconds, and so does that of one
 * that was stopped (Ctrl-Z, a machine that slept) while another waited for it: the signal that `action` is given aborts then
 * too, so that it heals and stops, and OperationError says why.
 */
export async function withProjectLock<T>(loaded: Project, options: LockOptions, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { stateDirectory } = loaded;
  await writing(stateDirectory, () => mkdir(stateDirectory, { recursive: true, mode: 0o700 }));
  const lost = new AbortController();
  const release = await acquire(loaded, options, (error) => { lost.abort(error); });
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
  { stateDirectory, config: { project, timeouts } }: Project,
  { signal, onNote }: LockOptions,
  onCompromised: (error: Error) => void,
): Promise<() => Promise<void>> {
  const lockfilePath = lockFolder(stateDirectory);
  const deadline = performance.now() + timeouts.lockMs;
  for (let attempt = 0; ; attempt += 1) {
    if (signal.aborted) throw new InterruptedError();
    try {
      return await lock(stateDirectory, { lockfilePath, stale: staleMs, update: updateMs, realpath: false, onCompromised });
    } catch (error) {
      if (!hasCode(error, 'ELOCKED')) throw asFileError(error, lockfilePath);
      if (attempt === 0) onNote(`another haplat (a drill, perhaps) is at work on project ${project}; waiting for it to end`);
      if (performance.now() > deadline) {
        throw new OperationError(`another haplat has been changing this project for over ${timeouts.lockMs / 1000} s`, {
          remedy: `wait for it to end; if there is none, remove ${lockfilePath}`,
          cause: error,
        });
      }
      // An abort is noticed above.
      await pause(pollIntervalMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
