import { ConfigError } from '../../errors.ts';
import type { DrillService } from '../watch/platform-view.ts';
import type { Fault, FaultJob } from './fault.ts';

/** A fault that is asked for, and the platform as it is just now. */
export interface AskedFault {
  /** Of the job. */
  readonly id: string;
  readonly project: string;
  readonly fault: Fault;
  /** Services: what the user named, resolved. */
  readonly targets: readonly string[];
  /** By name. */
  readonly services: ReadonlyMap<string, DrillService>;
  /** The folder on the host that Traefik follows. */
  readonly tlsDirectory: string;
}

/** What a fault comes down to. Throws ConfigError for a `from` that is nothing here. */
export function planFault({ id, project, fault, targets, services, tlsDirectory }: AskedFault): FaultJob {
  const imageOf = (component: string) => [...services.values()].find((one) => one.component === component)?.image;
  const victims = targets.map((target) => {
    const { component, container, podOwner, process } = serviceOf(target, services);
    const namespaceOf = podOwner === undefined ? container : serviceOf(podOwner, services).container;
    return { service: target, component, container, namespaceOf, ...(process !== undefined && { process }) };
  });
  const from = fault.kind === 'partition' ? fault.from.flatMap((name) => withName(name, services)) : [];
  // A member of a pod has its owner's addresses.
  const addresses = from.flatMap(({ podOwner, addresses: own }) => (podOwner === undefined ? own : serviceOf(podOwner, services).addresses));
  // Without an address the filter would cut off everything.
  if (from.length > 0 && addresses.length === 0) {
    throw new ConfigError(`${from.map(({ name }) => name).join(', ')} has no address just now to be cut off from`, { remedy: 'look at "haplat status"' });
  }
  const tools = { nft: imageOf('edge'), tc: imageOf('keepalived') ?? imageOf('lb') };
  return { id, project, fault, victims, fromAddresses: [...new Set(addresses)], tools, tlsDirectory };
}

/** The service of this name, or all of this component. */
function withName(name: string, services: ReadonlyMap<string, DrillService>): DrillService[] {
  const same = [...services.values()].filter(({ component }) => component === name);
  return services.has(name) || same.length === 0 ? [serviceOf(name, services)] : same;
}

function serviceOf(name: string, services: ReadonlyMap<string, DrillService>): DrillService {
  const found = services.get(name);
  if (found !== undefined) return found;
  throw new ConfigError(`there is no ${name}`, { remedy: `use one of ${[...services.keys()].toSorted().join(', ')}` });
}
