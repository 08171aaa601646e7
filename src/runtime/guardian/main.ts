import { Guardian } from './guardian.ts';
import type { Log } from './model.ts';
import { serveHealth } from './health-server.ts';
import { guardianSettings } from './settings.ts';

export interface GuardianOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the guardian. */
  readonly signal: AbortSignal;
  /** Where the log's JSON lines go. */
  readonly out: { write(line: string): unknown };
}

/**
 * Keeps running what `up` made: `haplat serve guardian`. Resolves when the signal aborts.
 * Rejects with ConfigError when the environment is wrong, and when the health port or the state folder can't be had.
 */
export async function serveGuardian({ env, signal, out }: GuardianOptions): Promise<void> {
  const settings = guardianSettings(env);
  const log: Log = (level, event) => {
    out.write(`${JSON.stringify({ level, time: new Date().toISOString(), ...event })}\n`);
  };
  const guardian = new Guardian(settings, log);
  const server = await serveHealth(settings.port, () => guardian.lastContactMs);
  log('info', { event: 'guarding', project: settings.project });
  try {
    await guardian.run(signal);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
