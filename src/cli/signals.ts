import { writeSync } from 'node:fs';
import { exitCodes } from './exit-codes.ts';

const watched = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One Ctrl-C may come twice: from the terminal, and from a parent that passes on what its child has had already. */
const sameOccasionMs = 500;
const showCursor = '\u001b[?25h';

/**
 * One abort signal for the process: the first Ctrl-C (or SIGTERM) aborts it, so that what is under way heals and stops;
 * a second one ends the process at once. Who closes a terminal does not wait for anything, and says so more than once
 * (the shell and the kernel both do): a repeated SIGHUP ends nothing.
 */
export function watchSignals(): { readonly signal: AbortSignal; readonly abort: () => void; readonly dispose: () => void } {
  const controller = new AbortController();
  let firstAtMs = Infinity;
  const onSignal = (name: (typeof watched)[number]) => {
    const nowMs = performance.now();
    firstAtMs = Math.min(firstAtMs, nowMs);
    if (controller.signal.aborted && name !== 'SIGHUP' && nowMs - firstAtMs > sameOccasionMs) endAtOnce();
    controller.abort();
  };
  for (const name of watched) process.on(name, onSignal);
  return {
    signal: controller.signal,
    abort: () => { controller.abort(); },
    dispose: () => {
      for (const name of watched) process.off(name, onSignal);
    },
  };
}

function endAtOnce(): never {
  // What draws progress hides it, and has no time left to show it again.
  if (process.stderr.isTTY) writeSync(process.stderr.fd, showCursor);
  process.exit(exitCodes.interrupted);
}
