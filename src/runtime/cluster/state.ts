import type { Element } from '../render/xml.ts';
import { elementsOf, parseXml } from './parse-xml.ts';

/** A cluster as one of its nodes sees it. */
export interface ClusterState {
  readonly quorate: boolean;
  readonly votes: { readonly expected: number; readonly total: number; readonly quorum: number };
  /** The designated coordinator, which decides for all; undefined while there is none. */
  readonly dc: string | undefined;
  readonly members: readonly ClusterMember[];
  readonly resources: readonly ClusterResource[];
  readonly failures: readonly ClusterFailure[];
  readonly fencing: { readonly enabled: boolean; readonly history: readonly FencingEvent[] };
}

interface ClusterMember {
  readonly name: string;
  readonly online: boolean;
  readonly standby: boolean;
  /** Lost, and not known to be dead: to be fenced. */
  readonly unclean: boolean;
  /** Has come, and not yet joined. */
  readonly pending: boolean;
}

interface ClusterResource {
  readonly id: string;
  readonly agent: string;
  readonly nodes: readonly string[];
  readonly failed: boolean;
  readonly blocked: boolean;
}

/** An action that did not end as it should, until it is cleaned up. */
interface ClusterFailure {
  readonly operation: string;
  readonly node: string;
  readonly reason: string;
}

export interface FencingEvent {
  readonly action: string;
  readonly target: string;
  /** The node that did it; undefined while it is being done. */
  readonly by: string | undefined;
  readonly status: string;
  readonly at: string | undefined;
}

/** Each node notes the end by its own clock, a few milliseconds apart; no node is dead, back and dead again within this. */
const sameFencingMs = 2000;

/** Whether two nodes tell of the same fencing. */
export function isSameFencing(one: FencingEvent, other: FencingEvent): boolean {
  if (one.action !== other.action || one.target !== other.target) return false;
  return one.at === other.at || Math.abs(timeMsOf(one) - timeMsOf(other)) < sameFencingMs;
}

/** When it ended, in ms since 1970; what has not ended yet is later than all that has. */
export function timeMsOf({ at }: FencingEvent): number {
  return at === undefined ? Infinity : Date.parse(at.replace(' ', 'T'));
}

/** Reads what the script `cluster-state` prints: corosync-quorumtool, a line `---`, crm_mon as XML. Throws SyntaxError. */
export function parseClusterState(text: string): ClusterState {
  const [quorum = '', xml = ''] = text.split(/^---$/m);
  const root = parseXml(xml);
  const [dc] = elementsOf(root, 'current_dc');
  const [options] = elementsOf(root, 'cluster_options');
  const [nodes] = root.children.filter(({ name }) => name === 'nodes');
  const count = (label: string) => Number(new RegExp(`^${label}:\\s+(\\d+)`, 'm').exec(quorum)?.[1] ?? 0);
  return {
    quorate: /^Quorate:\s+Yes/m.test(quorum),
    votes: { expected: count('Expected votes'), total: count('Total votes'), quorum: count('Quorum') },
    dc: dc?.attributes['present'] === 'true' ? dc.attributes['name'] : undefined,
    members: (nodes?.children ?? []).map(toMember),
    resources: resourcesOf(root),
    failures: elementsOf(root, 'failure').map(toFailure),
    fencing: { enabled: options?.attributes['stonith-enabled'] === 'true', history: elementsOf(root, 'fence_event').map(toFencingEvent) },
  };
}

function toMember({ attributes }: Element): ClusterMember {
  const is = (key: string) => attributes[key] === 'true';
  return { name: attributes['name'] ?? '', online: is('online'), standby: is('standby'), unclean: is('unclean'), pending: is('pending') };
}

/** Instances of a clone are one resource on several nodes. */
function resourcesOf(root: Element): ClusterResource[] {
  const instances = elementsOf(root, 'resource').filter(({ attributes }) => attributes['resource_agent'] !== undefined);
  return [...Map.groupBy(instances, ({ attributes }) => (attributes['id'] ?? '').replace(/:\d+$/, ''))].map(([id, all]) => ({
    id,
    agent: all[0]?.attributes['resource_agent'] ?? '',
    nodes: all.flatMap(({ attributes, children }) => (attributes['active'] === 'true' ? children.flatMap((child) => child.attributes['name'] ?? []) : [])).toSorted(),
    failed: all.some(({ attributes }) => attributes['failed'] === 'true'),
    blocked: all.some(({ attributes }) => attributes['blocked'] === 'true'),
  }));
}

function toFailure({ attributes }: Element): ClusterFailure {
  const { op_key: key, id, node = '', exitstatus = '', exitreason = '' } = attributes;
  return { operation: key ?? id ?? '', node, reason: [exitstatus, exitreason].filter((part) => part !== '').join(': ') };
}

function toFencingEvent({ attributes }: Element): FencingEvent {
  return {
    action: attributes['action'] ?? '',
    target: attributes['target'] ?? '',
    by: attributes['delegate'],
    status: attributes['status'] ?? '',
    at: attributes['completed'],
  };
}
