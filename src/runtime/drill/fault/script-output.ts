import type { ExecResult } from '../../engine/port.ts';

/** Why a command in a container failed: in its own words, where it had any. */
export function whyFailed({ exitCode, stderr }: Pick<ExecResult, 'exitCode' | 'stderr'>): string {
  return stderr.trim() || `exit code ${exitCode}`;
}

/** The time that a script printed in its last line, as `$EPOCHREALTIME` has it (seconds, by the Engine's machine), in epoch milliseconds. */
export function printedTimeMs(stdout: string): number {
  return Number(stdout.trim().split('\n').at(-1)) * 1000;
}
