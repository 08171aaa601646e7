import { bindAddresses } from '../../config/schema/bind-addresses.ts';
import { subnetKeys } from '../../config/schema/checks.ts';
import type { Config } from '../../config/schema/config.ts';
import { canonicalCidr, overlaps } from '../../config/schema/ipv4.ts';
import { labels } from '../../engine/labels.ts';
import type { ObservedNetwork } from '../../engine/port.ts';

/** A key of the configuration that this machine can't serve, what is in the way, and the mend. */
export interface Conflict {
  readonly key: string;
  readonly message: string;
  readonly remedy: string;
}

/** A route of the host: a subnet behind an interface. */
export interface HostRoute {
  readonly subnet: string;
  readonly device: string;
}


/**
 * Subnets of the configuration that overlap networks of the Engine (but this project's own), or routes of the host where
 * the project does not have them yet. Pure.
 */
export function findSubnetConflicts(
  { project, network }: Pick<Config, 'project' | 'network'>,
  present: { readonly networks: readonly ObservedNetwork[]; readonly routes: readonly HostRoute[] },
): Conflict[] {
  const foreign = present.networks.filter((one) => one.labels[labels.project] !== project);
  const had = new Set(present.networks.filter((one) => !foreign.includes(one)).flatMap(({ subnets }) => subnets));
  const bridges = bridgesOf(present.networks);
  return subnetKeys.flatMap((key) => {
    const subnet = network[key];
    const taken = foreign.find((one) => one.subnets.some((other) => isIpv4(other) && overlaps(subnet, other)));
    // Routes through the Engine's own bridges are its networks again.
    const route = had.has(subnet) ? undefined : present.routes.find((one) => !bridges.has(one.device) && overlaps(subnet, one.subnet));
    const what =
      taken === undefined
        ? route && `the host's route ${route.subnet} through ${route.device}`
        : `the Engine's network ${taken.name} (${taken.subnets.join(', ')})`;
    if (what === undefined) return [];
    const remedy = `choose a free subnet for project ${project}, or remove what has this one`;
    return [{ key: `network.${key}`, message: `${subnet} overlaps ${what}`, remedy }];
  });
}

/**
 * Whether a route leads through a bridge named as the Engine names its own, of a network that it does not list: it makes
 * the bridge first, and a network that is just being made (by a haplat that was killed, say) is listed a moment later.
 */
export function hasUnlistedBridge(networks: readonly ObservedNetwork[], routes: readonly HostRoute[]): boolean {
  const bridges = bridgesOf(networks);
  return routes.some(({ device }) => /^br-[0-9a-f]{12}$/.test(device) && !bridges.has(device));
}

function bridgesOf(networks: readonly ObservedNetwork[]): Set<string> {
  return new Set(networks.map((one) => `br-${one.id.slice(0, 12)}`));
}

/** A VPN that takes all traffic says so by two halves (0.0.0.0/1 and 128.0.0.0/1), which go before the default route. */
const longestDefaultPrefix = 1;

/**
 * The IPv4 routes in the text of /proc/net/route (proc(5)): destination and mask in hexadecimal, in the byte order of a
 * little-endian machine. A default route covers everything and so conflicts with nothing.
 */
export function parseRoutes(text: string): HostRoute[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/))
    .flatMap(([device, destination, , , , , , mask]) => {
      if (device === undefined || destination === undefined || mask === undefined) return [];
      const prefix = [...mask.matchAll(/../g)].reduce((bits, [byte]) => bits + countBits(parseInt(byte, 16)), 0);
      return prefix <= longestDefaultPrefix ? [] : [{ device, subnet: canonicalCidr(`${fromHex(destination)}/${prefix}`) }];
    });
}

function fromHex(text: string): string {
  return [...text.matchAll(/../g)].map(([byte]) => parseInt(byte, 16)).reverse().join('.');
}

function countBits(value: number): number {
  return value === 0 ? 0 : (value & 1) + countBits(value >> 1);
}

function isIpv4(subnet: string): boolean {
  return !subnet.includes(':');
}

/** A port on the host, who publishes it and the key that says so. */
export interface HostPort {
  readonly key: string;
  readonly service: string;
  readonly host: string;
  readonly port: number;
}

/** The ports that the configuration publishes, with the address that each listens on. */
export function publishedPorts({ ports, netdata }: Pick<Config, 'ports' | 'netdata'>): HostPort[] {
  const loopback = '127.0.0.1';
  return [
    ...bindAddresses(ports).flatMap((host) => [
      { key: 'ports.http', service: 'edge', host, port: ports.http },
      { key: 'ports.https', service: 'edge', host, port: ports.https },
    ]),
    { key: 'ports.dashboard', service: 'edge', host: loopback, port: ports.dashboard },
    ...(netdata.enabled ? [{ key: 'ports.netdata', service: 'netdata', host: loopback, port: ports.netdata }] : []),
  ];
}
