import { componentOf, serviceOf } from '../engine/identity.ts';
import { fullName } from '../topology/names.ts';
import { isMember, membersIn } from '../topology/cluster/members.ts';
import type { Service, Topology } from '../topology/topology.ts';
import type { ObservedState } from './observed-state.ts';
import type { Operation } from './operation.ts';
import { planNetworks } from './plan-networks.ts';
import { steps } from './steps.ts';

/** What becomes of a cluster's nodes. */
interface Change {
  /** Those that are not there yet. */
  readonly newcomers: readonly Service[];
  /** Those that run, and are to stay. */
  readonly present: readonly Service[];
  /** Those that it has and is no longer to have. */
  readonly leavers: readonly string[];
  /** The removals of these: they leave first, and a new one may have the address of one of them. */
  readonly removals: readonly string[];
}

/** A cluster that runs is told what changed; one that begins, or all of whose nodes are replaced at once, reads it from the file. */
export function planCluster(desired: Topology, observed: ObservedState, rolling: boolean): Operation[] {
  const change = changeOf(desired, observed);
  return [...(rolling ? tellingOfNewcomers(change) : []), ...applying(desired, observed, change)];
}

function applying(desired: Topology, observed: ObservedState, { removals }: Change): Operation[] {
  const { cluster } = desired;
  const { clusterHash } = observed;
  if (cluster === undefined || clusterHash === undefined || clusterHash === cluster.hash) return [];
  const nodes = membersIn(desired.services);
  return [
    {
      id: steps.applyCluster(),
      kind: 'apply-cib',
      subject: 'cluster',
      cause: `its configuration is ${clusterHash}, not ${cluster.hash}`,
      after: [...nodes.flatMap(({ name }) => [steps.healthy(name), steps.atWork(name)]), ...removals],
      configuration: cluster,
      containers: nodes.map(({ container }) => container.name),
    },
  ];
}

/** The others must know a node before it comes: Corosync lets nobody in whom it does not know. */
function tellingOfNewcomers({ newcomers, present, removals }: Change): Operation[] {
  if (newcomers.length === 0 || present.length === 0) return [];
  const cause = `${newcomers.map(({ name }) => name).join(', ')} ${newcomers.length === 1 ? 'is' : 'are'} new`;
  return [{ id: steps.reloadMembers(), kind: 'reload-members', subject: 'cluster', cause, after: removals, containers: present.map(({ container }) => container.name) }];
}

/**
 * A new node comes when the others know of it, and none of those is replaced before it is there: it has a vote already.
 * Nor is one before those that leave are gone and forgotten: their votes would count against who is left.
 */
export function aroundNewcomers(planned: readonly Operation[], desired: Topology, observed: ObservedState, rolling: boolean): Operation[] {
  const change = changeOf(desired, observed);
  const { newcomers, present, removals } = change;
  const operations = [...planned, ...(rolling ? tellingOfLeavers(planned, desired, observed, change) : [])];
  const isTold = operations.some(({ id }) => id === steps.reloadMembers());
  const isOf = (nodes: readonly Service[], subject: string) => nodes.some(({ name }) => name === subject);
  return operations.map((operation) => {
    const { kind, subject, after } = operation;
    if (kind === 'create-container' && isOf(newcomers, subject)) return { ...operation, after: [...after, ...(rolling ? [steps.reloadMembers()] : []), ...removals] };
    if (rolling && kind === 'stop-container' && isOf(present, subject)) return { ...operation, after: [...after, ...newcomers.map(({ name }) => steps.atWork(name)), ...(isTold ? [steps.reloadMembers()] : [])] };
    return operation;
  });
}

function tellingOfLeavers(planned: readonly Operation[], desired: Topology, observed: ObservedState, change: Change): Operation[] {
  const { leavers, present, removals } = change;
  const isReplacing = planned.some(({ kind, subject }) => kind === 'stop-container' && present.some(({ name }) => name === subject));
  // Those that an earlier run has removed may not be forgotten yet. Nodes that are to have other addresses learn of these as they start.
  const isOutOfDate = observed.clusterHash !== undefined && observed.clusterHash !== desired.cluster?.hash && present.every((node) => keepsAddresses(node, observed));
  if (desired.cluster === undefined || !(leavers.length > 0 || isOutOfDate) || !isReplacing || planned.some(({ id }) => id === steps.reloadMembers())) return [];
  const cause = leavers.length === 0 ? 'its configuration has changed' : `${leavers.join(', ')} ${leavers.length === 1 ? 'leaves' : 'leave'}`;
  return [{ id: steps.reloadMembers(), kind: 'reload-members', subject: 'cluster', cause, after: removals, containers: present.map(({ container }) => container.name) }];
}

function keepsAddresses({ container }: Service, { containers }: ObservedState): boolean {
  const own = containers.find(({ name }) => name === container.name)?.addresses ?? {};
  return container.networks.every(({ network, ipv4 }) => ipv4 === undefined || own[network] === ipv4);
}

/** How many nodes of a running cluster would leave it, when those that stay would be no majority. Undefined: all is well. */
export function lostMajority(desired: Topology, observed: ObservedState): { readonly leaving: number; readonly of: number } | undefined {
  const { leavers, present } = changeOf(desired, observed);
  if (desired.cluster === undefined || leavers.length === 0 || present.length > leavers.length) return undefined;
  return { leaving: leavers.length, of: leavers.length + present.length };
}

/**
 * The nodes of a running cluster that would get other addresses. Corosync was seen not to let a node in again by another
 * address, although the others had been told of it while it was away. Where the network is replaced all of them begin anew.
 */
export function movedNodes(desired: Topology, observed: ObservedState): string[] {
  if (changeOf(desired, observed).present.length === 0 || planNetworks(desired, observed).replaced.size > 0) return [];
  const moves = ({ name, container }: Service): boolean => {
    const own = observed.containers.find((one) => serviceOf(one) === name)?.addresses ?? {};
    return container.networks.some(({ network, ipv4 }) => ipv4 !== undefined && own[network] !== undefined && own[network] !== ipv4);
  };
  return membersIn(desired.services).filter(moves).map(({ name }) => name);
}

function changeOf(desired: Topology, { containers }: ObservedState): Change {
  // By its name, or renamed by somebody.
  const isCalled = (node: Service) => containers.find(({ name }) => name === fullName(desired.project, node.name));
  const stateOf = (node: Service) => (isCalled(node) ?? containers.find((one) => serviceOf(one) === node.name))?.state;
  const nodes = membersIn(desired.services);
  const wanted = new Set(nodes.map(({ name }) => name));
  const leavers = containers.filter((one) => isMember(componentOf(one))).map((one) => serviceOf(one) ?? '').filter((name) => !wanted.has(name));
  return {
    newcomers: nodes.filter((node) => stateOf(node) === undefined),
    present: nodes.filter((node) => stateOf(node) === 'running'),
    leavers,
    removals: leavers.map((name) => steps.remove(name)),
  };
}
