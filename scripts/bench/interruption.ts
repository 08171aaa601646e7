/** What the shell gives for a process that SIGINT ended. */
const interruptedCode = 130;

/**
 * Resolves as the work does, and rejects on Ctrl-C or SIGTERM: by itself Node would end at once, and what the bench made
 * would stay. What is under way then is not waited for; the process ends when its `finally` is done.
 */
export async function unlessInterrupted(work: Promise<void>): Promise<void> {
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const onSignal = (): void => {
    reject(new Error('interrupted'));
    // Whatever else it would end with.
    process.once('exit', () => { process.exitCode = interruptedCode; });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  work.catch(() => undefined);
  await Promise.race([work, interrupted]);
}
