import { exitCodes } from './exit-codes.ts';

const watched = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * One abort signal for the process: the first Ctrl-C (or SIGTERM) aborts it, so that what is under way heals and stops;
 * a second one ends the process at once.
 */
export function watchSignals(): { readonly signal: AbortSignal; readonly abort: () => void; readonly dispose: () => void } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
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
