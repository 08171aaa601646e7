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
  const subnet = canonicalCidr(network.subnet);
  const { prefix, size } = parseCidr(subnet);
  const half = size / 2;
  const ours = indexOf(subnet, network.vip) < half ? 0 : half;
  const first = ours + (half < roomyHalf ? smallOffset : roomyOffset);
  return {
    gateway: addressAt(subnet, 1),
    keepalived: [addressAt(subnet, first), addressAt(subnet, first + 1)],
    edge: addressAt(subnet, first + 2),
    netdata: addressAt(subnet, first + 3),
    dynamicRange: `${addressAt(subnet, half - ours)}/${prefix + 1}`,
  };
}
