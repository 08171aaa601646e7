import type { ContainerDetails, Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import { readServers } from '../observe/routing.ts';
import type { Balancer } from '../topology/balancers.ts';
import { type Deadline, waitFor } from '../wait-until.ts';

const pollMs = 100;
const execTimeoutMs = 5000;

/** Of an Engine: commands in the nodes, and the addresses of replicas. */
interface RoutingEngine extends Pick<Engine, 'exec'> {
  inspectContainer(name: string): Promise<Pick<ContainerDetails, 'addresses'> | undefined>;
}

/**
 * Waits until each load balancer sends requests to each of these containers: it hears of a replica that has become
 * healthy a moment after the Engine says so, on a busy machine a second. OperationError on the deadline.
 */
export async function awaitRouting(
  engine: RoutingEngine,
  balancers: readonly Balancer[],
  containers: readonly string[],
  options: Deadline,
): Promise<void> {
  await Promise.all(
    balancers.map(async ({ name, node, inCluster }) => {
      let missing: string | undefined;
      const isRouted = await waitFor(async () => {
        missing = await notRouted(engine, node, containers);
        return missing === undefined || (inCluster === true && (await isOnStandby(engine, name, node)));
      }, { ...options, pollMs });
      if (!isRouted) {
        throw new OperationError(`${name} sends no requests to ${missing ?? ''}`, { remedy: `look at "haplat logs ${name}", then run "haplat up" again` });
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
async function notRouted(engine: RoutingEngine, node: string, containers: readonly string[]): Promise<string | undefined> {
  // None while it can't be asked: the next look tells.
  const servers = (await readServers(engine, node)) ?? new Map<string, boolean>();
  for (const container of containers) {
    const addresses = Object.values((await engine.inspectContainer(container))?.addresses ?? {});
    if (!addresses.some((address) => servers.get(address) === true)) return container;
  }
  return undefined;
}
