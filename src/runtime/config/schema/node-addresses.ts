import type { Config } from './config.ts';
import { addressAt, canonicalCidr, indexOf, parseCidr } from './ipv4.ts';

/** The fixed addresses on the public network; the virtual one must be none of them. */
export interface NodeAddresses {
  readonly gateway: string;
  readonly keepalived: readonly [string, string];
  readonly edge: string;
  readonly netdata: string;
  /** Where the Engine takes addresses from for whoever asks for none: holds none of ours, nor the virtual one. */
  readonly dynamicRange: string;
}

/** Of our half of the subnet: far enough from its ends for the smallest one allowed, a /28, whose halves have eight. */
const smallOffset = 2;
/** Where there is room: the addresses that the original design used. */
const roomyOffset = 11;
const roomyHalf = 32;

/**
 * Splits the public subnet in two: the half with the virtual address has the nodes too, from the other the Engine
 * serves the rest. The nodes' addresses depend on nothing else, so that a change of the virtual one moves no node.
 * Needs a subnet of /28 or larger and an address in it.
 */
export function nodeAddresses(network: { readonly subnet: string; readonly vip: string }): NodeAddresses {
  const { subnet, prefix, half, ours, first } = split(network);
  return {
    gateway: addressAt(subnet, 1),
    keepalived: [addressAt(subnet, first), addressAt(subnet, first + 1)],
    edge: addressAt(subnet, first + 2),
    netdata: addressAt(subnet, first + 3),
    dynamicRange: `${addressAt(subnet, half - ours)}/${prefix + 1}`,
  };
}

/** The cluster's further nodes come behind the edge and Netdata, whose addresses are the same with either manager. */
const furtherOffset = 4;

/**
 * The addresses of the cluster's nodes, the one that only votes last: the configuration's own, else the two of Keepalived
 * and those behind. Throws RangeError when the subnet has not so many.
 */
export function clusterAddresses({ network, loadBalancers }: Pick<Config, 'network' | 'loadBalancers'>): string[] {
  if (loadBalancers.addresses !== undefined) return loadBalancers.addresses;
  const { subnet, first } = split(network);
  const count = clusterSize(loadBalancers);
  return Array.from({ length: count }, (_, index) => addressAt(subnet, index < 2 ? first + index : first + furtherOffset + index - 2));
}

/** Three nodes that serve: a majority is left when one is lost. */
export const defaultClusterNodes = 3;

/** How many nodes have a vote. */
export function clusterSize({ nodes = defaultClusterNodes, quorumNode }: Config['loadBalancers']): number {
  return nodes + (quorumNode ? 1 : 0);
}

function split(network: { readonly subnet: string; readonly vip: string }) {
  const subnet = canonicalCidr(network.subnet);
  const { prefix, size } = parseCidr(subnet);
  const half = size / 2;
  const ours = indexOf(subnet, network.vip) < half ? 0 : half;
  return { subnet, prefix, half, ours, first: ours + (half < roomyHalf ? smallOffset : roomyOffset) };
}
