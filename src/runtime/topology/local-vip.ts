import type { ContainerSpec } from '../engine/container-spec.ts';
import { labels } from '../engine/labels.ts';

/**
 * What makes the virtual address a local one on every node, by a route that the entry point adds: a node that gives the
 * address up still answers what it has in hand, and what reaches it before its neighbours have heard of the new holder.
 * Otherwise the kernel sends nothing from an address that it no longer has, and a client waits until its own timeout.
 * Only who has it on an interface may tell neighbours so: arp_ignore and arp_announce, ip-sysctl.rst of the kernel.
 */
export function localVip(vip: string): Pick<ContainerSpec, 'env' | 'labels' | 'sysctls'> {
  return {
    env: { VIRTUAL_ADDRESS: vip },
    labels: { [labels.localVip]: 'true' },
    sysctls: { 'net.ipv4.conf.all.arp_announce': '2', 'net.ipv4.conf.all.arp_ignore': '1' },
  };
}
