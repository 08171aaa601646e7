import { saysStarting, whyCheckFailed } from '../engine/check-output.ts';
import type { ContainerSpec } from '../engine/container-spec.ts';
import type { ContainerDetails, Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import { passesOwnCheck } from '../observe/own-check.ts';
import { isRouted } from '../topology/balancers.ts';
import { waitUntil } from '../wait-until.ts';
import { lastLines } from '../observe/last-lines.ts';

/** Between two looks. The check itself is the container's own; asking it is cheap beside starting what it checks. */
const pollMs = 300;

interface AwaitOptions {
  readonly timeoutMs: number;
  readonly report: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Waits until a container is healthy: the Engine says so, or its own health check, run by us, succeeds
 * (the Engine's word alone counts for what Traefik routes to).
 * Throws OperationError with the container's last lines on the deadline, or as soon as it can't succeed any more.
 */
export async function awaitHealthy(engine: Engine, spec: ContainerSpec, options: AwaitOptions): Promise<void> {
  let last: ContainerDetails | undefined;
  const isHealthy = await waitUntil(async () => {
    last = await engine.inspectContainer(spec.name);
    if (last === undefined) throw new OperationError(`${spec.name} was removed while it was waited for`, { remedy: 'run the same command again: it is made anew' });
    if (last.health === 'healthy') return true;
    if (last.state === 'running' && !isRouted(spec) && (await passesOwnCheck(engine, spec))) return true;
    if (last.state === 'exited' && spec.restart === 'no') return false;
    options.report(describe(last));
    return undefined;
  }, { timeoutMs: options.timeoutMs, pollMs, signal: options.signal });
  if (isHealthy !== true) throw await failureOf(engine, spec, last, options.timeoutMs);
}

function describe(details: ContainerDetails): string {
  if (details.state !== 'running') return `${details.state}, exit code ${details.exitCode}`;
  return saysStarting(details) ? `starting, ${whyCheckFailed(details) ?? ''}` : `waiting, ${details.health}`;
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
    remedy:
      last !== undefined && saysStarting(last)
        ? 'it is left at its work: wait until it is done, or longer by timeouts.healthyMs, and run "haplat up" again'
        : 'mend the cause below and run "haplat up" again; what had not begun was left as it was',
    details: [...(await lastLines(engine, spec.name)), ...failedCheck(spec.name, last)],
  });
}

function failedCheck(name: string, details: ContainerDetails | undefined): string[] {
  const check = details?.healthLog.at(-1);
  return check === undefined || check.exitCode === 0 ? [] : [`${name} | health check: exit ${check.exitCode}: ${check.output}`];
}
