import * as z from 'zod';
import { getInside } from '../engine/get-inside.ts';
import { isWell } from '../engine/identity.ts';
import type { Engine, ObservedContainer } from '../engine/port.ts';
import { balancersOf, isRouted } from '../topology/balancers.ts';
import { ports } from '../topology/ports.ts';
import type { Topology } from '../topology/topology.ts';
import { stillFound, type Patience } from '../wait-until.ts';

const execTimeoutMs = 5000;
/** A replica that has just become healthy is heard of a moment later, on a busy machine seconds; one check may be missed. */
const settling = { timeoutMs: 5000, pollMs: 500 };

const answerSchema = z.array(z.object({ serverStatus: z.record(z.string(), z.string()).default({}) }));

/** A load balancer and a replica that it sends no requests to, both by service. */
export interface Unrouted {
  readonly balancer: string;
  readonly replica: string;
  /** The balancer has heard of it, and its own checks of it fail. */
  readonly isKnown: boolean;
}

/**
 * The servers that the Traefik of this node knows, by address, and whether it sends them requests. Undefined while it can't
 * be asked.
 */
export async function readServers(engine: Pick<Engine, 'exec'>, node: string): Promise<ReadonlyMap<string, boolean> | undefined> {
  const answer = await getInside(engine, node, { port: ports.dashboard, path: '/api/http/services', timeoutMs: execTimeoutMs });
  try {
    // All services: during an update there may be an older one beside that of the newest replicas.
    const servers = answerSchema.parse(JSON.parse(answer?.body ?? '')).flatMap(({ serverStatus }) => Object.entries(serverStatus));
    return new Map(servers.map(([url, status]) => [new URL(url).hostname, status === 'UP']));
  } catch {
    return undefined;
  }
}

type Desired = Pick<Topology, 'services'>;
type Seen = readonly Pick<ObservedContainer, 'name' | 'state' | 'health' | 'addresses'>[];

/**
 * Who sends no requests to whom although both are healthy, and does not begin to within a few seconds. By their own checks
 * they are well, so that nobody else notices; the platform serves on, with less than it seems to have.
 */
export async function readUnrouted(engine: Pick<Engine, 'exec'>, desired: Desired, containers: Seen, patience: Patience = settling): Promise<readonly Unrouted[]> {
  const well = new Map(containers.filter(isWell).map((one) => [one.name, one]));
  const balancers = balancersOf(desired).filter(({ container }) => well.has(container));
  const replicas = desired.services.flatMap(({ name, container }) => {
    const seen = isRouted(container) ? well.get(container.name) : undefined;
    return seen === undefined ? [] : [{ name, addresses: Object.values(seen.addresses) }];
  });
  const look = async () => (await Promise.all(balancers.map((one) => unroutedBy(engine, one, replicas)))).flat();
  return stillFound(look, patience);
}

async function unroutedBy(
  engine: Pick<Engine, 'exec'>,
  { name, node }: { readonly name: string; readonly node: string },
  replicas: readonly { readonly name: string; readonly addresses: readonly string[] }[],
): Promise<Unrouted[]> {
  const servers = await readServers(engine, node);
  // One that does not answer is not there for now: of a cluster's node on standby, say.
  if (servers === undefined) return [];
  return replicas
    .filter(({ addresses }) => !addresses.some((address) => servers.get(address) === true))
    .map(({ name: replica, addresses }) => ({ balancer: name, replica, isKnown: addresses.some((address) => servers.has(address)) }));
}
