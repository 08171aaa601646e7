import { addressAt, canonicalCidr, contains, indexOf, isNetworkOrBroadcast, parseCidr } from '../config/schema/ipv4.ts';
import { ConfigError } from '../errors.ts';

/** Who has which address on the public network. */
export interface PublicAddresses {
  readonly subnet: string;
  readonly prefix: number;
  readonly gateway: string;
  readonly vip: string;
  /** Where the Engine takes addresses from for whoever asks for none; holds none of ours. */
  readonly ipRange: string;
  readonly keepalived: readonly string[];
  readonly edge: string;
  readonly netdata: string;
}

const loadBalancerNodes = 2;
/** The first address handed out, counted from the start of our half, where the subnet is large enough. */
const preferredOffset = 11;
const largestPrefix = 28;

/**
 * Splits the public subnet in two: the half with the virtual address is ours, the Engine gives addresses from the
 * other. In ours, nodes get the 11th address and those that follow (after the last one, the first), except for
 * gateway, virtual address, network and broadcast. Throws ConfigError for a subnet or address that can't work.
 */
export function publicAddresses(network: { readonly subnet: string; readonly vip: string }): PublicAddresses {
  const subnet = canonicalCidr(network.subnet);
  const { prefix, size } = parseCidr(subnet);
  const gateway = prefix <= largestPrefix ? addressAt(subnet, 1) : '';
  check(network.vip, subnet, prefix, gateway);

  const half = size / 2;
  const ours = indexOf(subnet, network.vip) < half ? 0 : half;
  const free = Array.from({ length: Math.min(half, 32) }, (_, n) => addressAt(subnet, ours + ((preferredOffset + n) % half)))
    .filter((address) => address !== gateway && address !== network.vip && !isNetworkOrBroadcast(subnet, address));
  const [edge, netdata] = free.slice(loadBalancerNodes);
  // A /28 leaves at least five: eight less network, gateway and virtual address.
  if (edge === undefined || netdata === undefined) throw new RangeError(`${subnet} has too few addresses`);
  return {
    subnet,
    prefix,
    gateway,
    vip: network.vip,
    ipRange: `${addressAt(subnet, half - ours)}/${prefix + 1}`,
    keepalived: free.slice(0, loadBalancerNodes),
    edge,
    netdata,
  };
}

function check(vip: string, subnet: string, prefix: number, gateway: string): void {
  if (prefix > largestPrefix) {
    throw new ConfigError(`network.subnet: ${subnet} is too small`, { remedy: `use a /${largestPrefix} or larger` });
  }
  if (!contains(subnet, vip)) {
    throw new ConfigError(`network.vip: ${vip} is outside network.subnet ${subnet}`, {
      remedy: `choose an address in ${subnet}`,
    });
  }
  if (vip === gateway || isNetworkOrBroadcast(subnet, vip)) {
    const what = vip === gateway ? 'gateway' : 'network or broadcast address';
    throw new ConfigError(`network.vip: ${vip} is the ${what} of network.subnet ${subnet}`, {
      remedy: 'choose another address of the subnet',
    });
  }
}
