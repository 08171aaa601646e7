import type { Config } from './config.ts';

const everyIpv4 = '0.0.0.0';
/** Means all of both families, as it does for a socket (RFC 3493, 3.7); the Engine takes it for those of IPv6 alone. */
const everyIpv6 = '::';

/** The host's addresses at which `ports.http` and `ports.https` are published. */
export function bindAddresses({ bindAddress }: Pick<Config['ports'], 'bindAddress'>): string[] {
  return bindAddress === everyIpv6 ? [everyIpv4, everyIpv6] : [bindAddress];
}

/** As it stands in a URL (RFC 3986, 3.2.2); `localhost` for all of them. */
export function hostInUrl({ bindAddress }: Pick<Config['ports'], 'bindAddress'>): string {
  return isEvery(bindAddress) ? 'localhost' : bracketed(bindAddress);
}

/** At which of them this machine asks itself. */
export function askedAddress({ bindAddress }: Pick<Config['ports'], 'bindAddress'>): string {
  return isEvery(bindAddress) ? '127.0.0.1' : bindAddress;
}

/** The one by which clients come, where it is a certain one: a certificate has to name it. */
export function certainAddress({ bindAddress }: Pick<Config['ports'], 'bindAddress'>): string[] {
  return isEvery(bindAddress) ? [] : [bindAddress];
}

function isEvery(bindAddress: string): boolean {
  return bindAddress === everyIpv4 || bindAddress === everyIpv6;
}

/** `[::1]` of `::1`, and an IPv4 address as it is. */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
