import { setTimeout as pause } from 'node:timers/promises';
import { ConfigError, HaplatError } from '../../runtime/errors.ts';
import { readStatus } from '../../runtime/platform/read-status.ts';
import type { StatusReport } from '../../runtime/status/report.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { presentError } from '../present/error.ts';
import { presentStatus } from '../present/status.ts';
import { isScreen, Paint } from '../present/text.ts';

const clearScreen = '\x1b[H\x1b[2J';

export async function runStatus(invocation: Invocation, options: { readonly watch: boolean; readonly interval: number }): Promise<void> {
  if (options.watch && invocation.options.json) {
    throw new ConfigError('--json gives one document, and --watch never ends', { remedy: 'leave one of the two out' });
  }
  const loaded = await invocation.loadConfig();
  const engine = await invocation.connect(loaded, { toRead: !options.watch });
  const paint = new Paint(invocation.options, process.stdout);
  const show = (report: StatusReport) => {
    invocation.exit(report.healthy ? exitCodes.done : exitCodes.failed);
    invocation.result(report, () => `${options.watch && isScreen(process.stdout) ? clearScreen : ''}${presentStatus(report, paint, process.stdout.columns)}`);
  };
  show(await readStatus(loaded, engine));
  while (options.watch) {
    await pause(options.interval, undefined, { signal: invocation.signal }).catch(() => undefined);
    if (invocation.signal.aborted) return;
    try {
      show(await readStatus(loaded, engine));
    } catch (error) {
      // Who watches wants to see it come back.
      if (!(error instanceof HaplatError)) throw error;
      invocation.exit(exitCodeOf(error));
      invocation.note(presentError(error, { verbose: invocation.options.verbose }).trimEnd());
    }
  }
}
