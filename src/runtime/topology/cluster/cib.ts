import { createHash } from 'node:crypto';
import { parseCidr } from '../../config/schema/ipv4.ts';
import { element, toXml, type Element } from '../../render/xml.ts';
import type { TopologyContext } from '../context.ts';
import { ownerUser, reachPath } from '../container.ts';
import { engineProxyNames } from '../engine-proxy.ts';
import { ports } from '../ports.ts';
import { clusterMembers, type Member } from './members.ts';
import { corosyncConf } from './corosync-conf.ts';
import { alertPath, alertRecipient, authkeyFile, clusterMountPath, fencingSocket, traefikConfig } from './paths.ts';

export const vipResource = 'vip';
export const traefikResource = 'traefik';
const traefikClone = 'traefik-clone';
/** The attribute by which a later `up` knows whether the cluster has this configuration. */
export const hashAttribute = 'haplat-configuration';
/** What the agent of Traefik tells of a node: templates/cluster/ocf-traefik. */
const unreachedAttribute = 'haplat-unreached';
/** What Debian 12's Pacemaker (2.1.5) and all later ones know. */
const schema = 'pacemaker-3.9';
/** How long a failed Traefik is left alone before it is started again where it failed. */
const failureTimeout = '5s';
/** How long the first node waits for others before it takes charge. Pacemaker's default is 20 s. */
const deadtime = '3s';
/** Of two nodes, the one without the address waits this long before it fences: the one that serves wins. */
const priorityFencingDelay = '2s';

/** The cluster's configuration as it was rendered, and its hash. */
export interface ClusterConfiguration {
  /** A whole CIB, for a cluster that begins. */
  readonly cib: string;
  /** Its part `configuration` without `nodes`, which the cluster keeps itself. */
  readonly sections: string;
  /** Corosync's part: who is a node. */
  readonly corosync: string;
  readonly hash: string;
  /** Names of the nodes that the cluster is to have. */
  readonly members: readonly string[];
}

/** What differs between the containers of a platform and hosts of their own. */
export interface ClusterPlace {
  readonly traefikConfig: string;
  /** The key of the nodes' traffic. */
  readonly keyFile: string;
  /** Whom Traefik runs as, `uid:gid`; empty: root. */
  readonly user: string;
  readonly log: string;
  /** Whether nodes are containers, which are fenced through the proxies and tell drills of their events. */
  readonly isContained: boolean;
}

/** Pacemaker's configuration (the CIB) and Corosync's. Pure. */
export function clusterConfiguration(context: TopologyContext, place: ClusterPlace = containersOf(context)): ClusterConfiguration {
  const corosync = corosyncConf(context, place.keyFile);
  const text = `${toXml(element('configuration', {}, sections(context, place, '')))}\n${corosync}`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const all = sections(context, place, hash);
  const [options, ...others] = all;
  const cib = element('cib', { 'validate-with': schema, admin_epoch: '0', epoch: '1', num_updates: '0' }, [
    element('configuration', {}, [...(options === undefined ? [] : [options]), element('nodes', {}), ...others]),
    element('status', {}),
  ]);
  return { cib: toXml(cib), sections: all.map(toXml).join(''), corosync, hash, members: clusterMembers(context.config).map(({ name }) => name) };
}

function containersOf(context: TopologyContext): ClusterPlace {
  return { traefikConfig, keyFile: `${clusterMountPath}/${authkeyFile}`, user: ownerUser(context), log: '/proc/1/fd/1', isContained: true };
}

/** In the order of the schema; `nodes` comes after the first. */
function sections(context: TopologyContext, place: ClusterPlace, hash: string): Element[] {
  const { config } = context;
  const members = clusterMembers(config);
  const isFenced = config.loadBalancers.fencing;
  const devices = (isFenced && place.isContained ? engineProxyNames() : []).map((proxy, index) => ({ id: `fence_${index + 1}`, proxy }));
  return [
    element('crm_config', {}, [
      propertySet('cib-bootstrap-options', {
        'cluster-name': config.project,
        'stonith-enabled': String(isFenced),
        'no-quorum-policy': 'stop',
        'dc-deadtime': deadtime,
        ...(isFenced && members.length === 2 && { 'priority-fencing-delay': priorityFencingDelay }),
      }),
      propertySet('haplat', { [hashAttribute]: hash }),
    ]),
    element('resources', {}, [traefik(place), vip(context, place), ...devices.map(({ id, proxy }) => fenceDevice(id, proxy, members))]),
    element('constraints', {}, [
      element('rsc_colocation', { id: 'vip-with-traefik', rsc: vipResource, 'with-rsc': traefikClone, score: 'INFINITY' }),
      // Optional: when both begin or end at once, in this order. Mandatory would move the address with every start.
      element('rsc_order', { id: 'traefik-then-vip', first: traefikClone, then: vipResource, kind: 'Optional' }),
      ...(place.isContained ? [whereReached()] : []),
      ...members.filter(({ serves }) => !serves).flatMap(votesOnly),
    ]),
    ...(devices.length > 0 ? [element('fencing-topology', {}, members.flatMap((member) => fencingLevels(member, devices)))] : []),
    element('rsc_defaults', {}, [metaSet('rsc-options', { 'resource-stickiness': '100' })]),
    ...(place.isContained ? [alerts()] : []),
  ];
}

/** What drills read in the nodes' logs. */
function alerts(): Element {
  return element('alerts', {}, [element('alert', { id: 'haplat-log', path: alertPath }, [element('recipient', { id: 'haplat-log-fifo', value: alertRecipient })])]);
}

/** On every node, warm: a failover moves the address and nothing else. */
function traefik(place: ClusterPlace): Element {
  const parameters = {
    config: place.traefikConfig,
    ...(place.user !== '' && { user: place.user }),
    ping_port: String(ports.ping),
    // On hosts of their own Traefik is the user's, and has no such paths.
    ...(place.isContained && { ready_wait: '5', reach_path: '/healthz', reach_file: reachPath }),
    log: place.log,
  };
  const primitive = element('primitive', { id: traefikResource, class: 'ocf', provider: 'haplat', type: 'traefik' }, [
    parameterSet(traefikResource, parameters),
    // The first failure is one too many: there is a warm one elsewhere. It is tried again here in a while.
    metaSet(`${traefikResource}-meta`, { 'migration-threshold': '1', 'failure-timeout': failureTimeout }),
    operations(traefikResource, { start: { timeout: '30s' }, stop: { timeout: '20s' }, monitor: { interval: '1s', timeout: '10s' } }),
  ]);
  return element('clone', { id: traefikClone }, [metaSet(`${traefikClone}-meta`, { interleave: 'true' }), primitive]);
}

/**
 * Without `nic`: a node whose interface has come back under another name would ban the address from all. On hosts of their
 * own nothing makes the address a local one of each node, and so nothing is handed over.
 */
function vip({ config }: TopologyContext, { isContained }: ClusterPlace): Element {
  const parameters = {
    ip: config.network.vip,
    cidr_netmask: String(parseCidr(config.network.subnet).prefix),
    // Neighbours hear of a new holder at once; those that missed it, by the repetitions.
    arp_interval: '100',
    arp_count: '3',
  };
  const agent = isContained ? { provider: 'haplat', type: 'address' } : { provider: 'heartbeat', type: 'IPaddr2' };
  return element('primitive', { id: vipResource, class: 'ocf', ...agent }, [
    parameterSet(vipResource, parameters),
    metaSet(`${vipResource}-meta`, { priority: '10', 'migration-threshold': '3', 'failure-timeout': failureTimeout }),
    operations(vipResource, { start: { timeout: '20s' }, stop: { timeout: '20s' }, monitor: { interval: '2s', timeout: '10s' } }),
  ]);
}

/**
 * Kills and starts the container of a node through a proxy that lets through nothing else. The agent is fence_docker, made
 * to report the death at once and not only the new life.
 */
function fenceDevice(id: string, proxy: string, members: readonly Member[]): Element {
  const parameters = {
    // Not used over a socket, and required all the same.
    ip: 'localhost',
    unix_socket: fencingSocket(proxy),
    api_version: '1.41',
    disable_ssl: '1',
    pcmk_host_check: 'static-list',
    pcmk_host_list: members.map(({ name }) => name).join(' '),
    pcmk_host_map: members.map(({ name, container }) => `${name}:${container}`).join(';'),
  };
  return element('primitive', { id, class: 'stonith', type: 'fence_docker_quick' }, [
    parameterSet(id, parameters),
    metaSet(`${id}-meta`, { 'failure-timeout': '30s' }),
    operations(id, { start: { timeout: '20s' }, monitor: { interval: '60s', timeout: '20s' } }),
  ]);
}

/** One proxy, and the other where that one does not answer. */
function fencingLevels({ name }: Member, devices: readonly { readonly id: string }[]): Element[] {
  return devices.map(({ id }, index) =>
    element('fencing-level', { id: `${name}-level-${index + 1}`, target: name, index: String(index + 1), devices: id }),
  );
}

/**
 * A node whose Traefik reaches the API is preferred to one whose does not, by more than it is to stay where it is. Where
 * none reaches it, none is: the address stays, and clients are told so.
 */
function whereReached(): Element {
  const id = `${vipResource}-where-reached`;
  return element('rsc_location', { id, rsc: vipResource }, [
    element('rule', { id: `${id}-rule`, score: '1000', 'boolean-op': 'or' }, [
      element('expression', { id: `${id}-unknown`, attribute: unreachedAttribute, operation: 'not_defined' }),
      element('expression', { id: `${id}-known`, attribute: unreachedAttribute, operation: 'ne', value: '1' }),
    ]),
  ]);
}

function votesOnly({ name }: Member): Element[] {
  return [vipResource, traefikClone].map((resource) =>
    element('rsc_location', { id: `${resource}-not-on-${name}`, rsc: resource, node: name, score: '-INFINITY', 'resource-discovery': 'never' }),
  );
}

function propertySet(id: string, values: Readonly<Record<string, string>>): Element {
  return element('cluster_property_set', { id }, pairs(id, values));
}

function metaSet(id: string, values: Readonly<Record<string, string>>): Element {
  return element('meta_attributes', { id }, pairs(id, values));
}

function parameterSet(resource: string, values: Readonly<Record<string, string>>): Element {
  return element('instance_attributes', { id: `${resource}-parameters` }, pairs(`${resource}-parameters`, values));
}

function pairs(id: string, values: Readonly<Record<string, string>>): Element[] {
  return Object.entries(values).map(([name, value]) => element('nvpair', { id: `${id}-${name}`, name, value }));
}

function operations(resource: string, all: Readonly<Record<string, { readonly timeout: string; readonly interval?: string }>>): Element {
  return element('operations', {}, Object.entries(all).map(([name, { timeout, interval = '0s' }]) =>
    element('op', { id: `${resource}-${name}`, name, interval, timeout }),
  ));
}
