import { ConfigError, EngineUnreachableError, InterruptedError } from '../runtime/errors.ts';

/** What scripts and CI rely on. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  objectiveMissed: 3,
  inconclusive: 4,
  engineUnreachable: 5,
  interrupted: 130,
} as const;

/** The exit code for what was thrown. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ConfigError) return exitCodes.usage;
  if (error instanceof EngineUnreachableError) return exitCodes.engineUnreachable;
  if (error instanceof InterruptedError) return exitCodes.interrupted;
  return exitCodes.failed;
}
