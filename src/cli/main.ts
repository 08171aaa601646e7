import type { Command } from 'commander';
import { EngineUnreachableError, InterruptedError } from '../runtime/errors.ts';
import { asFileError } from '../runtime/files/file-error.ts';
import { Ending } from './ending.ts';
import { watchOutput } from './output.ts';
import { createProgram } from './program.ts';
import { watchSignals } from './signals.ts';

/**
 * Runs the command line and sets the exit code. The one place where errors end: whatever is thrown below becomes two
 * lines on stderr here.
 */
export async function main(argv: readonly string[]): Promise<void> {
  // Of Node's for what a dependency uses: nothing that a user could mend.
  process.noDeprecation = true;
  const signals = watchSignals();
  const ending = new Ending({ argv, isVerbose: () => program.opts<{ verbose?: boolean }>().verbose === true });
  let isUnread = false;
  watchOutput({
    onUnread: () => {
      isUnread = true;
      signals.abort();
    },
    onFailure: (error) => {
      ending.fail(asFileError(error, 'standard output'));
      signals.abort();
    },
  });
  const program: Command = createProgram({
    signal: signals.signal,
    setExitCode: ending.setExitCode,
    endInterrupted: () => {
      // Who had enough of the result has interrupted nothing.
      if (!isUnread) ending.fail(new InterruptedError());
      process.exit();
    },
  });
  await runToItsEnd(() => program.parseAsync([...argv]), ending.fail).finally(signals.dispose);
}

/** Never rejects. */
async function runToItsEnd(run: () => Promise<unknown>, fail: (error: unknown) => void): Promise<void> {
  let isDone = false;
  // Nothing is left that could end what is waited for: an answer that broke off, say. That is no success.
  process.once('beforeExit', () => {
    if (!isDone) fail(new EngineUnreachableError('the Docker Engine broke off in the middle of an answer', { remedy: 'run the same command again: it goes on from what is there' }));
  });
  try {
    await run();
  } catch (error) {
    fail(error);
  } finally {
    isDone = true;
  }
}
