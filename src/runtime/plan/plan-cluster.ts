import { labels } from '../engine/labels.ts';
import { fullName } from '../topology/names.ts';
import { clusterComponents } from '../topology/cluster/members.ts';
import type { Service, Topology } from '../topology/topology.ts';
import type { ObservedState } from './observed-state.ts';
import type { Operation } from './operation.ts';
import { planNetworks } from './plan-networks.ts';
import { steps } from './steps.ts';

const reloadId = 'tell the cluster of its nodes';

/** A cluster that runs is told what changed; one that begins, or all of whose nodes are replaced at once, reads it from the file. */
export function planCluster(desired: Topology, observed: ObservedState, rolling: boolean): Operation[] {
  return [...(rolling ? tellingOfNewcomers(desired, observed) : []), ...applying(desired, observed)];
}

function applying(desired: Topology, observed: ObservedState): Operation[] {
  const { cluster } = desired;
  const { clusterHash } = observed;
  if (cluster === undefined || clusterHash === undefined || clusterHash === cluster.hash) return [];
  const nodes = nodesOf(desired);
  return [
    {
      id: 'apply cluster configuration',
      kind: 'apply-cib',
      subject: 'cluster',
      cause: `its configuration is ${clusterHash}, not ${cluster.hash}`,
      after: [...nodes.flatMap(({ name }) => [steps.healthy(name), steps.atWork(name)]), ...removalsOf(desired, observed)],
      configuration: cluster,
      containers: nodes.map(({ container }) => container.name),
    },
  ];
}

/** The others must know a node before it comes: Corosync lets nobody in whom it does not know. */
function tellingOfNewcomers(desired: Topology, observed: ObservedState): Operation[] {
  const { newcomers, present } = sides(desired, observed);
  if (newcomers.length === 0 || present.length === 0) return [];
  const cause = `${newcomers.map(({ name }) => name).join(', ')} ${newcomers.length === 1 ? 'is' : 'are'} new`;
  return [{ id: reloadId, kind: 'reload-members', subject: 'cluster', cause, after: removalsOf(desired, observed), containers: present.map(({ container }) => container.name) }];
}

/**
 * A new node comes when the others know of it, and none of those is replaced before it is there: it has a vote already.
 * Nor is one before those that leave are gone and forgotten: their votes would count against who is left.
 */
export function aroundNewcomers(planned: readonly Operation[], desired: Topology, observed: ObservedState, rolling: boolean): Operation[] {
  const { newcomers, present } = sides(desired, observed);
  const operations = [...planned, ...(rolling ? tellingOfLeavers(planned, desired, observed) : [])];
  const isTold = operations.some(({ id }) => id === reloadId);
  const isOf = (nodes: readonly Service[], subject: string) => nodes.some(({ name }) => name === subject);
  return operations.map((operation) => {
    const { kind, subject, after } = operation;
    if (kind === 'create-container' && isOf(newcomers, subject)) return { ...operation, after: [...after, ...(rolling ? [reloadId] : []), ...removalsOf(desired, observed)] };
    if (rolling && kind === 'stop-container' && isOf(present, subject)) return { ...operation, after: [...after, ...newcomers.map(({ name }) => steps.atWork(name)), ...(isTold ? [reloadId] : [])] };
    return operation;
  });
}

function tellingOfLeavers(planned: readonly Operation[], desired: Topology, observed: ObservedState): Operation[] {
  const leavers = leaversOf(desired, observed);
  const { present } = sides(desired, observed);
  const isReplacing = planned.some(({ kind, subject }) => kind === 'stop-container' && present.some(({ name }) => name === subject));
  // Those that an earlier run has removed may not be forgotten yet. Nodes that are to have other addresses learn of these as they start.
  const isOutOfDate = observed.clusterHash !== undefined && observed.clusterHash !== desired.cluster?.hash && present.every((node) => keepsAddresses(node, observed));
  if (desired.cluster === undefined || !(leavers.length > 0 || isOutOfDate) || !isReplacing || planned.some(({ id }) => id === reloadId)) return [];
  const cause = leavers.length === 0 ? 'its configuration has changed' : `${leavers.join(', ')} ${leavers.length === 1 ? 'leaves' : 'leave'}`;
  return [{ id: reloadId, kind: 'reload-members', subject: 'cluster', cause, after: removalsOf(desired, observed), containers: present.map(({ container }) => container.name) }];
}

function keepsAddresses({ container }: Service, { containers }: ObservedState): boolean {
  const own = containers.find(({ name }) => name === container.name)?.addresses ?? {};
  return container.networks.every(({ network, ipv4 }) => ipv4 === undefined || own[network] === ipv4);
}

/** Of nodes that are no longer wanted: they leave first, and a new one may have the address of one of them. */
function removalsOf(desired: Topology, observed: ObservedState): string[] {
  return leaversOf(desired, observed).map((name) => steps.remove(name));
}

/** The nodes that the cluster has and is no longer to have. */
function leaversOf(desired: Topology, { containers }: ObservedState): string[] {
  const wanted = new Set(nodesOf(desired).map(({ name }) => name));
  const nodes = containers.filter(({ labels: own }) => clusterComponents.has(own[labels.component] ?? ''));
  return nodes.map(({ labels: own }) => own[labels.service] ?? '').filter((name) => !wanted.has(name));
}

/** How many nodes of a running cluster would leave it, when those that stay would be no majority. Undefined: all is well. */
export function lostMajority(desired: Topology, observed: ObservedState): { readonly leaving: number; readonly of: number } | undefined {
  const leaving = leaversOf(desired, observed).length;
  const staying = sides(desired, observed).present.length;
  if (desired.cluster === undefined || leaving === 0 || staying > leaving) return undefined;
  return { leaving, of: leaving + staying };
}

/**
 * The nodes of a running cluster that would get other addresses. Corosync was seen not to let a node in again by another
 * address, although the others had been told of it while it was away. Where the network is replaced all of them begin anew.
 */
export function movedNodes(desired: Topology, observed: ObservedState): string[] {
  if (sides(desired, observed).present.length === 0 || planNetworks(desired, observed).replaced.size > 0) return [];
  const moves = ({ name, container }: Service): boolean => {
    const own = observed.containers.find(({ labels: one }) => one[labels.service] === name)?.addresses ?? {};
    return container.networks.some(({ network, ipv4 }) => ipv4 !== undefined && own[network] !== undefined && own[network] !== ipv4);
  };
  return nodesOf(desired).filter(moves).map(({ name }) => name);
}

/** The nodes that are not there yet, and those that run. */
function sides(desired: Topology, { containers }: ObservedState): { readonly newcomers: readonly Service[]; readonly present: readonly Service[] } {
  // By its name, or renamed by somebody.
  const isCalled = (node: Service) => containers.find(({ name }) => name === fullName(desired.project, node.name));
  const stateOf = (node: Service) => (isCalled(node) ?? containers.find(({ labels: own }) => own[labels.service] === node.name))?.state;
  const nodes = nodesOf(desired);
  return { newcomers: nodes.filter((node) => stateOf(node) === undefined), present: nodes.filter((node) => stateOf(node) === 'running') };
}

function nodesOf({ services }: Topology): Service[] {
  return services.filter(({ component }) => clusterComponents.has(component));
}
