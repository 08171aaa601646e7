import { ConfigError } from '../../errors.ts';
import { isNode } from '../../topology/cluster/members.ts';
import type { DrillService } from '../watch/platform-view.ts';

/** Who has which role just now. */
export interface Roles {
  /** The nodes that have the virtual address. */
  readonly holders: readonly string[];
  /** The cluster's coordinator. */
  readonly dc?: string | undefined;
}

/** Whether a target is somebody only as things stand just now. */
export const isRole = (spec: string): boolean => ['vip-holder', 'vip-standby', 'dc'].includes(spec);

/**
 * What the user named → services. A service's name is itself; `node:N` is a whole pod, or a node of the cluster;
 * `vip-holder` and `vip-standby` are the load balancers of the node that has, or has not, the virtual address; `dc` is the
 * cluster's coordinator; a component is one of its services at random, `all:COMPONENT` all of them. Throws ConfigError for
 * what matches nothing.
 */
export function resolveTargets(
  specs: readonly string[],
  services: ReadonlyMap<string, DrillService>,
  roles: Roles,
  random: () => number,
): string[] {
  const found = specs.flatMap((spec) => resolveOne(spec, [...services.values()], roles, random));
  return [...new Set(found)];
}

function resolveOne(spec: string, services: readonly DrillService[], { holders, dc }: Roles, random: () => number): string[] {
  if (services.some((service) => service.name === spec)) return [spec];
  const node = /^node:(\d+)$/.exec(spec)?.[1];
  if (node !== undefined) return orNothing(spec, services, ['keepalived', 'lb'].flatMap((owner) => podOf(services, `${owner}_${node}`)));
  if (spec === 'dc') return orNothing(spec, services, dc === undefined ? [] : [dc]);
  if (spec === 'vip-holder') return orNothing(spec, services, membersOf(services, holders));
  if (spec === 'vip-standby') {
    const standby = services.find((service) => isNode(service.component) && !holders.includes(service.name));
    return orNothing(spec, services, membersOf(services, standby === undefined ? [] : [standby.name]));
  }
  const same = services.filter((service) => service.component === spec.replace(/^all:/, '')).map(({ name }) => name).toSorted();
  if (spec.startsWith('all:')) return orNothing(spec, services, same);
  const one = same[Math.floor(random() * same.length)];
  return orNothing(spec, services, one === undefined ? [] : [one]);
}

function podOf(services: readonly DrillService[], owner: string): string[] {
  // What runs inside a container goes with it.
  return services.filter(({ name, podOwner, process }) => name === owner || (podOwner === owner && process === undefined)).map(({ name }) => name);
}

function membersOf(services: readonly DrillService[], owners: readonly string[]): string[] {
  return services.filter(({ podOwner }) => podOwner !== undefined && owners.includes(podOwner)).map(({ name }) => name);
}

function orNothing(spec: string, services: readonly DrillService[], found: readonly string[]): string[] {
  if (found.length > 0) return [...found];
  const names = services.map(({ name }) => name).toSorted().join(', ');
  throw new ConfigError(`there is no target ${spec}`, {
    remedy: services.length === 0 ? 'run `haplat up` first' : `use one of ${names}, a component, all:COMPONENT, vip-holder, vip-standby, dc or node:N`,
  });
}

/** Numbers in [0, 1) that are the same again for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
