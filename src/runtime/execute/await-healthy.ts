import { setTimeout as pause } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import type { ContainerSpec } from '../engine/container-spec.ts';
import type { ContainerDetails, Engine } from '../engine/port.ts';
import { InterruptedError, OperationError } from '../errors.ts';

/** Between two looks. The check itself is the container's own; asking it is cheap beside starting what it checks. */
const pollIntervalMs = 200;
const shownLogLines = 15;

interface AwaitOptions {
  readonly timeoutMs: number;
  readonly report: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Waits until a container is healthy: the Engine says so, or its own health check, run by us, succeeds. The latter
 * because an Engine before API 1.44 runs the first check only after a whole interval, long after many are ready.
 * Throws OperationError with the container's last lines on the deadline, or as soon as it can't succeed any more.
 */
export async function awaitHealthy(engine: Engine, spec: ContainerSpec, options: AwaitOptions): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  let last: ContainerDetails | undefined;
  while (performance.now() < deadline) {
    if (options.signal.aborted) throw new InterruptedError();
    last = await engine.inspectContainer(spec.name);
    if (last === undefined) throw new OperationError(`${spec.name} was removed while it was waited for`);
    if (last.health === 'healthy') return;
    if (last.state === 'running' && (await passesOwnCheck(engine, spec))) return;
    if (last.state === 'exited' && spec.restart === 'no') break;
    options.report(describe(last));
    await pause(pollIntervalMs);
  }
  throw await failureOf(engine, spec, last, options.timeoutMs);
}

async function passesOwnCheck(engine: Engine, spec: ContainerSpec): Promise<boolean> {
  try {
    const result = await engine.exec(spec.name, spec.healthcheck.command, { timeoutMs: spec.healthcheck.timeoutMs });
    return result.exitCode === 0;
  } catch {
    // It may have died between the look and the check; the next look tells.
    return false;
  }
}

function describe(details: ContainerDetails): string {
  return details.state === 'running' ? `waiting, ${details.health}` : `${details.state}, exit code ${details.exitCode}`;
}

async function failureOf(
  engine: Engine,
  spec: ContainerSpec,
  last: ContainerDetails | undefined,
  timeoutMs: number,
): Promise<OperationError> {
  const state = last === undefined ? 'never seen' : describe(last);
  const restarts = last !== undefined && last.restartCount > 0 ? `, restarted ${last.restartCount} times` : '';
  return new OperationError(`${spec.name} did not get healthy within ${timeoutMs / 1000} s (${state}${restarts})`, {
    remedy: `mend the cause below and run "haplat up" again; everything else was left as it is`,
    details: await lastLines(engine, spec.name, last),
  });
}

async function lastLines(engine: Engine, name: string, details: ContainerDetails | undefined): Promise<string[]> {
  const lines: string[] = [];
  try {
    for await (const line of engine.logs(name, { tail: shownLogLines })) lines.push(`${name} | ${stripVTControlCharacters(line.text)}`);
  } catch {
    lines.push(`${name} | (no log to be had)`);
  }
  const check = details?.healthLog.at(-1);
  if (check !== undefined && check.exitCode !== 0) lines.push(`${name} | health check: exit ${check.exitCode}: ${check.output}`);
  return lines;
}
