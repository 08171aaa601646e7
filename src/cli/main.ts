import { CommanderError, type Command } from 'commander';
import { EngineUnreachableError, HaplatError, InterruptedError, messageOf } from '../runtime/errors.ts';
import { asFileError } from '../runtime/files/file-error.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { watchOutput } from './output.ts';
import { presentError } from './present/error.ts';
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
  let hasFailed = false;
  let isUnread = false;
  const fail = (error: unknown) => {
    // What follows from the first is no news.
    if (!hasFailed) process.exitCode = finish(asFileError(error), { verbose: program.opts<{ verbose?: boolean }>().verbose === true, argv });
    hasFailed = process.exitCode !== exitCodes.done;
  };
  watchOutput({
    onUnread: () => {
      isUnread = true;
      signals.abort();
    },
    onFailure: (error) => {
      fail(asFileError(error, 'standard output'));
      signals.abort();
    },
  });
  const program: Command = createProgram({
    signal: signals.signal,
    setExitCode: (code) => {
      if (!hasFailed) process.exitCode = code;
    },
    endInterrupted: () => {
      // Who had enough of the result has interrupted nothing.
      if (!isUnread) fail(new InterruptedError());
      process.exit();
    },
  });
  let isDone = false;
  // Nothing is left that could end what is waited for: an answer that broke off, say. That is no success.
  process.once('beforeExit', () => {
    if (!isDone) fail(new EngineUnreachableError('the Docker Engine broke off in the middle of an answer', { remedy: 'run the same command again: it goes on from what is there' }));
  });
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    fail(error);
  } finally {
    isDone = true;
    signals.dispose();
  }
}

function finish(error: unknown, { verbose, argv }: { readonly verbose: boolean; readonly argv: readonly string[] }): number {
  if (error instanceof CommanderError) {
    // Commander has printed its message; help and version are no errors. What usage errors end with would be a plan's changes.
    if (error.exitCode === 0) return exitCodes.done;
    return argv.includes('plan') && argv.includes('--detailed-exitcode') ? exitCodes.failed : exitCodes.usage;
  }
  process.stderr.write(presentError(error, { verbose }));
  if (!(error instanceof HaplatError) && !verbose) {
    process.stderr.write(`  (this is a defect of haplat: ${messageOf(error)}; -v shows where)\n`);
  }
  return exitCodeOf(error);
}
