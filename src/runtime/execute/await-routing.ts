import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import type { Engine } from '../engine/port.ts';
import { InterruptedError, OperationError } from '../errors.ts';
import type { Balancer } from '../topology/balancers.ts';
import { ports } from '../topology/ports.ts';
import { routedService } from '../topology/traefik-labels.ts';

const pollIntervalMs = 100;
const execTimeoutMs = 5000;
/** Asks Traefik's own API, from its node. Version 1.0 of HTTP, so that the answer comes in one piece and the connection ends. */
const question = [
  'exec 3<>"/dev/tcp/127.0.0.1/$0"',
  String.raw`printf 'GET %s HTTP/1.0\r\nHost: haplat\r\n\r\n' "$1" >&3`,
  'cat <&3',
].join(' && ');
const answerSchema = z.object({ serverStatus: z.record(z.string(), z.string()).default({}) });

interface AwaitOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Waits until each load balancer sends requests to each of these containers: it hears of a replica that has become
 * healthy a moment after the Engine says so, on a busy machine a second. OperationError on the deadline.
 */
export async function awaitRouting(
  engine: Pick<Engine, 'exec' | 'inspectContainer'>,
  balancers: readonly Balancer[],
  containers: readonly string[],
  options: AwaitOptions,
): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  await Promise.all(
    balancers.map(async ({ name, node, inCluster }) => {
      for (;;) {
        const missing = await notRouted(engine, node, containers);
        if (missing === undefined || (inCluster === true && (await isOnStandby(engine, name, node)))) return;
        if (options.signal.aborted) throw new InterruptedError();
        if (performance.now() > deadline) {
          throw new OperationError(`${name} sends no requests to ${missing}`, { remedy: `look at "haplat logs ${name}", then run "haplat up" again` });
        }
        await pause(pollIntervalMs);
      }
    }),
  );
}

/** Whether the cluster keeps this node out of service on purpose: nobody is sent there, so nothing is to be waited for. */
async function isOnStandby(engine: Pick<Engine, 'exec'>, name: string, node: string): Promise<boolean> {
  const command = ['crm_attribute', '--node', name, '--name', 'standby', '--query', '--quiet'];
  const answer = await engine.exec(node, command, { timeoutMs: execTimeoutMs }).catch(() => undefined);
  return answer?.exitCode === 0 && /^(on|true|yes|1)$/.test(answer.stdout.trim());
}

/** The first of the containers that this balancer does not send requests to; undefined when it does to all. */
async function notRouted(
  engine: Pick<Engine, 'exec' | 'inspectContainer'>,
  node: string,
  containers: readonly string[],
): Promise<string | undefined> {
  const hosts = await hostsThatAreUp(engine, node);
  for (const container of containers) {
    const addresses = Object.values((await engine.inspectContainer(container))?.addresses ?? {});
    if (!addresses.some((address) => hosts.has(address))) return container;
  }
  return undefined;
}

/** The addresses of the servers that Traefik calls UP. None while it can't be asked: the next look tells. */
async function hostsThatAreUp(engine: Pick<Engine, 'exec'>, node: string): Promise<ReadonlySet<string>> {
  try {
    const path = `/api/http/services/${encodeURIComponent(routedService)}`;
    const command = ['bash', '-c', question, String(ports.dashboard), path];
    const { stdout } = await engine.exec(node, command, { timeoutMs: execTimeoutMs });
    const body: unknown = JSON.parse(stdout.slice(stdout.indexOf('\r\n\r\n')));
    const servers = Object.entries(answerSchema.parse(body).serverStatus);
    return new Set(servers.filter(([, status]) => status === 'UP').map(([url]) => new URL(url).hostname));
  } catch {
    return new Set();
  }
}
