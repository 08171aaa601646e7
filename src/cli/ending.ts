import { CommanderError } from 'commander';
import { HaplatError, messageOf } from '../runtime/errors.ts';
import { asFileError } from '../runtime/files/file-error.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { presentError } from './present/error.ts';

interface EndingOptions {
  readonly argv: readonly string[];
  /** Asked when something has failed: causes and stack traces are wanted. */
  readonly isVerbose: () => boolean;
}

/** How the process ends: with the code that its command gives, unless something fails. */
export class Ending {
  readonly #options: EndingOptions;
  #hasFailed = false;

  constructor(options: EndingOptions) {
    this.#options = options;
  }

  /** The code of a command that has done its work. What has failed already keeps its own. */
  readonly setExitCode = (code: number): void => {
    if (!this.#hasFailed) process.exitCode = code;
  };

  /** Says what went wrong, on stderr, and sets the exit code for it. Of what follows from the first nothing is said: it is no news. */
  readonly fail = (error: unknown): void => {
    if (this.#hasFailed) return;
    const code = this.#present(asFileError(error));
    process.exitCode = code;
    this.#hasFailed = code !== exitCodes.done;
  };

  #present(error: unknown): number {
    if (error instanceof CommanderError) return this.#codeOfUsage(error);
    const verbose = this.#options.isVerbose();
    process.stderr.write(presentError(error, { verbose }));
    if (!(error instanceof HaplatError) && !verbose) {
      process.stderr.write(`  (this is a defect of haplat: ${messageOf(error)}; -v shows where)\n`);
    }
    return exitCodeOf(error);
  }

  /** Commander has printed its message; help and version are no errors. What usage errors end with would be a plan's changes. */
  #codeOfUsage({ exitCode }: CommanderError): number {
    if (exitCode === 0) return exitCodes.done;
    const { argv } = this.#options;
    return argv.includes('plan') && argv.includes('--detailed-exitcode') ? exitCodes.failed : exitCodes.usage;
  }
}
