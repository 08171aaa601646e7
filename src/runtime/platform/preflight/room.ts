import { parseCidr } from '../../config/schema/ipv4.ts';
import { shortName } from '../../topology/names.ts';
import type { Topology } from '../../topology/topology.ts';
import type { Conflict } from './host-conflicts.ts';

/** The network's own address, its gateway's and the broadcast address. */
const notForContainers = 3;
/** On the public one: a drill's probe, which is one more for a while. */
const guests = 1;

/** Networks with fewer addresses than there are containers on them: the last ones would get none, half-way through. Pure. */
export function findCrampedNetworks({ project, networks, services }: Pick<Topology, 'project' | 'networks' | 'services'>): Conflict[] {
  return networks.flatMap(({ name, subnet, reserved = {} }) => {
    const containers = services.filter(({ container }) => container.networks.some((one) => one.network === name)).length;
    const tier = shortName(project, name);
    const room = parseCidr(subnet).size - notForContainers - Object.keys(reserved).length - (tier === 'public' ? guests : 0);
    if (containers <= room) return [];
    const key = tier === 'public' ? 'network.subnet' : `network.${tier}Subnet`;
    return [{ key, message: `${subnet} has room for ${room} containers, and there are to be ${containers}`, remedy: 'use a larger one, or fewer replicas' }];
  });
}
