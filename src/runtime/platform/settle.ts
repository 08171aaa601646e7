import { setTimeout as pause } from 'node:timers/promises';
import type { Engine } from '../engine/port.ts';
import { InterruptedError, OperationError } from '../errors.ts';
import type { Topology } from '../topology/topology.ts';

const pollIntervalMs = 150;

/**
 * Waits until the Engine itself calls every container healthy. Each has passed its check by then; an Engine before
 * API 1.44 merely says so later, and `status` and `docker ps` should agree with `up` from its first moment on.
 */
export async function settle(
  engine: Engine,
  topology: Topology,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    if (options.signal.aborted) throw new InterruptedError();
    const containers = new Map((await engine.listContainers(topology)).map((one) => [one.name, one]));
    const waiting = topology.services.filter(({ container }) => containers.get(container.name)?.health !== 'healthy');
    if (waiting.length === 0) return;
    if (performance.now() > deadline) {
      const names = waiting.map(({ name, container }) => `${name} (${containers.get(container.name)?.statusText ?? 'gone'})`);
      throw new OperationError(`not healthy after ${options.timeoutMs / 1000} s: ${names.join(', ')}`, {
        remedy: 'look at "haplat logs" of these, then run "haplat up" again',
      });
    }
    await pause(pollIntervalMs);
  }
}
