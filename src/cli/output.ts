/** The reader has gone: at once, or when something was written before. */
const unread = new Set(['EPIPE', 'ERR_STREAM_DESTROYED']);

interface Listeners {
  /** Nobody reads the result any more, as in `haplat logs | head`: who had enough of it is told of no failure. */
  readonly onUnread: () => void;
  /** The result can't be written where it was to go. */
  readonly onFailure: (error: Error) => void;
}

/**
 * Without a listener an error of these streams would end the process in the middle of its work, with a stack trace and with
 * its faults in place. What is said on stderr is not the work: without it all goes on, to the exit code that it deserves.
 */
export function watchOutput({ onUnread, onFailure }: Listeners): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (unread.has(error.code ?? '')) onUnread();
    else onFailure(error);
  });
  process.stderr.on('error', () => undefined);
}
