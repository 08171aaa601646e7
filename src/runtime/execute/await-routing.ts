import { setTimeout as pause } from 'node:timers/promises';
import type { Engine } from '../engine/port.ts';
import { InterruptedError, OperationError } from '../errors.ts';
import { ports } from '../topology/ports.ts';
import type { Topology } from '../topology/topology.ts';

const pollIntervalMs = 100;
const execTimeoutMs = 5000;
/** Asks Traefik, from its node, for a route that the application's containers bring along. */
const question = [
  'exec 3<>"/dev/tcp/127.0.0.1/$0"',
  String.raw`printf 'HEAD /ready HTTP/1.1\r\nHost: haplat\r\nConnection: close\r\n\r\n' >&3`,
  'IFS= read -r -t 2 -u 3 line',
  "[[ $line == 'HTTP/1.1 200'* ]]",
].join(' && ');

/**
 * Waits until each load balancer knows the application: it hears of a replica that has become healthy a moment after
 * the Engine says so, on a busy machine a second, and answers 404 till then. OperationError on the deadline.
 */
export async function awaitRouting(
  engine: Pick<Engine, 'exec'>,
  topology: Topology,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  const balancers = topology.services.filter((service) => service.component === 'traefik');
  await Promise.all(
    balancers.map(async ({ name, container }) => {
      // The node's image is ours and has a shell; Traefik's may have none.
      while (!(await knowsApplication(engine, container.joins ?? container.name))) {
        if (options.signal.aborted) throw new InterruptedError();
        if (performance.now() > deadline) {
          throw new OperationError(`${name} knows no replica of the application`, { remedy: `look at "haplat logs ${name}", then run "haplat up" again` });
        }
        await pause(pollIntervalMs);
      }
    }),
  );
}

async function knowsApplication(engine: Pick<Engine, 'exec'>, node: string): Promise<boolean> {
  try {
    return (await engine.exec(node, ['bash', '-c', question, String(ports.ping)], { timeoutMs: execTimeoutMs })).exitCode === 0;
  } catch {
    // It may have died just now; the next look tells.
    return false;
  }
}
