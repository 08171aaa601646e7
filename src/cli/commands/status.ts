import { setTimeout as pause } from 'node:timers/promises';
import { readStatus } from '../../runtime/status/read-status.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Invocation } from '../invocation.ts';
import { presentStatus } from '../present/status.ts';
import { Paint } from '../present/text.ts';

const clearScreen = '\x1b[H\x1b[2J';

export async function runStatus(invocation: Invocation, options: { readonly watch: boolean; readonly interval: number }): Promise<void> {
  const loaded = await invocation.loadConfig();
  const engine = await invocation.connect(loaded);
  const paint = new Paint(invocation.options, process.stdout);
  for (;;) {
    const report = await readStatus(loaded, engine);
    invocation.exit(report.healthy ? exitCodes.done : exitCodes.failed);
    if (invocation.options.json) invocation.printJson(report);
    else invocation.print(`${options.watch && process.stdout.isTTY ? clearScreen : ''}${presentStatus(report, paint, process.stdout.columns)}`);
    if (!options.watch) return;
    await pause(options.interval, undefined, { signal: invocation.signal }).catch(() => undefined);
    if (invocation.signal.aborted) return;
  }
}
