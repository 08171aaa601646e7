import { addressAt } from './ipv4.ts';

/** The fixed addresses in the public network, by who has them; the virtual one must be none of these. */
export function nodeAddresses(publicSubnet: string): Readonly<Record<string, string>> {
  return {
    'the gateway': addressAt(publicSubnet, 1),
    edge: addressAt(publicSubnet, 2),
    netdata: addressAt(publicSubnet, 3),
    keepalived_1: addressAt(publicSubnet, 11),
    keepalived_2: addressAt(publicSubnet, 12),
  };
}
