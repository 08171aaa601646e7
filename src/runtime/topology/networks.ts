import { addressAt, canonicalCidr } from '../config/schema/ipv4.ts';
import { nodeAddresses } from '../config/schema/node-addresses.ts';
import type { NetworkAttachment, NetworkSpec } from '../engine/container-spec.ts';
import { labels } from '../engine/labels.ts';
import type { TopologyContext } from './context.ts';
import { fullName } from './names.ts';

export type Tier = 'public' | 'app' | 'data' | 'control';

/** One network a tier, so that each reaches only the next. Only `public` has a way out. */
export function networks({ config }: TopologyContext): NetworkSpec[] {
  const subnet = canonicalCidr(config.network.subnet);
  const { gateway, dynamicRange: ipRange } = nodeAddresses(config.network);
  const own = { [labels.project]: config.project };
  const internal = (tier: Tier, cidr: string): NetworkSpec => ({
    name: fullName(config.project, tier),
    subnet: canonicalCidr(cidr),
    gateway: addressAt(cidr, 1),
    internal: true,
    labels: own,
  });
  return [
    { name: fullName(config.project, 'public'), subnet, gateway, ipRange, reserved: { vip: config.network.vip }, internal: false, labels: own },
    internal('app', config.network.appSubnet),
    internal('data', config.network.dataSubnet),
    internal('control', config.network.controlSubnet),
  ];
}

/** A container's place in a network, where it is known by these names. */
export function attach(project: string, tier: Tier, aliases: readonly string[], ipv4?: string): NetworkAttachment {
  return { network: fullName(project, tier), aliases, ...(ipv4 !== undefined && { ipv4 }) };
}
