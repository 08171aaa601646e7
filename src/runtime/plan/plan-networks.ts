import { contains } from '../config/schema/ipv4.ts';
import type { NetworkSpec } from '../engine/container-spec.ts';
import { subjectOf } from '../engine/identity.ts';
import type { ObservedNetwork } from '../engine/port.ts';
import type { Topology } from '../topology/topology.ts';
import type { ObservedState } from './observed-state.ts';
import type { Operation } from './operation.ts';
import { steps } from './steps.ts';

/** Networks to create, and those whose definition changed: an Engine can't change one, so it is made anew. `replaced`: both. */
export function planNetworks(
  desired: Topology,
  observed: ObservedState,
): { readonly operations: readonly Operation[]; readonly replaced: ReadonlySet<string> } {
  const existing = new Map(observed.networks.map((network) => [network.name, network]));
  const causes = new Map(desired.networks.map((network) => [network.name, creationCause(network, existing.get(network.name), fixedAddresses(desired, network))]));
  // Containers that are stopped go by the identity of the network that they had: one of the same name is another one.
  const replaced = new Set(desired.networks.filter(({ name }) => causes.get(name) !== undefined).map(({ name }) => name));
  const wanted = new Set(desired.networks.map((network) => network.name));
  const unwanted = observed.networks.filter((network) => !wanted.has(network.name));

  const removals = [...unwanted.map(({ name }) => name), ...[...replaced].filter((name) => existing.has(name))].map((name) =>
    removal(name, causes.get(name) ?? 'is no longer wanted', observed),
  );
  const creations = desired.networks.flatMap((network) => {
    const cause = causes.get(network.name);
    return cause === undefined ? [] : [creation(network, cause)];
  });
  return { operations: [...removals, ...creations], replaced };
}

/** Those that containers have by configuration. */
function fixedAddresses({ services }: Topology, { name }: NetworkSpec): string[] {
  return services.flatMap(({ container }) => container.networks.flatMap((one) => (one.network === name && one.ipv4 !== undefined ? [one.ipv4] : [])));
}

function creationCause(desired: NetworkSpec, observed: ObservedNetwork | undefined, fixed: readonly string[]): string | undefined {
  if (observed === undefined) return 'is missing';
  if (!observed.subnets.includes(desired.subnet)) return `its subnet is ${observed.subnets.join(', ') || 'none'}, not ${desired.subnet}`;
  if (observed.internal !== desired.internal) return `should ${desired.internal ? '' : 'not '}be internal`;
  const { ipRange, reserved = [] } = observed;
  const held = Object.values(desired.reserved ?? {});
  // One made by an earlier haplat has none reserved, and is not worth an outage.
  const given = ipRange === undefined ? undefined : [...held, ...fixed].find((address) => contains(ipRange, address));
  if (given !== undefined) return `it gives the addresses of ${String(ipRange)} to anybody, ${given} among them`;
  const kept = fixed.find((address) => reserved.includes(address) && !held.includes(address));
  return kept === undefined ? undefined : `it keeps ${kept} from everybody`;
}

function creation(network: NetworkSpec, cause: string): Operation {
  return {
    id: steps.createNetwork(network.name),
    kind: 'create-network',
    subject: network.name,
    cause,
    after: [steps.removeNetwork(network.name)],
    network,
  };
}

function removal(name: string, cause: string, observed: ObservedState): Operation {
  const attached = observed.containers.filter((container) => container.addresses[name] !== undefined);
  return {
    id: steps.removeNetwork(name),
    kind: 'remove-network',
    subject: name,
    cause,
    // One that says it is a service that another is has its removal by its own name.
    after: attached.flatMap((container) => [steps.remove(subjectOf(container)), steps.remove(container.name)]),
    name,
  };
}
