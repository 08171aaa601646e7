import { componentOf, isOfDrill, serviceOf, subjectOf } from '../engine/identity.ts';
import type { ObservedContainer } from '../engine/port.ts';
import { fullName } from '../topology/names.ts';
import { isMember, isNode } from '../topology/cluster/members.ts';
import type { Component, Topology } from '../topology/topology.ts';
import { configParts } from './config-hash.ts';
import { judgeServices } from './judge-services.ts';
import type { ObservedState } from './observed-state.ts';
import type { Operation, Plan } from './operation.ts';
import { inOrder } from './order.ts';
import { aroundNewcomers, planCluster } from './plan-cluster.ts';
import { planNetworks } from './plan-networks.ts';
import { planService } from './plan-service.ts';
import { steps } from './steps.ts';

export interface PlanOptions {
  /** Services and components whose containers are replaced although nothing about them has changed. */
  readonly renew?: readonly string[];
  /** The drill's own containers are at work, not left behind. */
  readonly duringDrill?: boolean;
}

/**
 * The difference between what should exist and what does, as operations. Pure: the same arguments give the same plan.
 * Empty when there is nothing to do.
 */
export function planUp(desired: Topology, observed: ObservedState, options: PlanOptions = {}): Plan {
  const ours = observed.containers.filter((container) => !isOfDrill(container));
  const byService = containersByService(desired.project, ours);
  const networks = planNetworks(desired, observed);
  const judged = judgeServices(desired, observed, byService, { replacedNetworks: networks.replaced, renew: new Set(options.renew) });

  // What is on a network that is replaced goes down anyway, all of it.
  const rolling = networks.replaced.size === 0;
  const leftovers = planLeftovers(desired, byService, options.duringDrill === true ? ours : observed.containers, rolling);
  const operations: Operation[] = [
    ...planImages(desired, observed),
    ...networks.operations,
    ...planVolumes(desired, observed),
    ...leftovers,
    ...desired.services.flatMap((service) =>
      planService(service, {
        desired,
        judged,
        parts: configParts(service, desired.networks),
        rolling,
        vipHolder: observed.vipHolder,
        observed,
      }),
    ),
    ...planCluster(desired, observed, rolling),
  ];
  const ordered = afterOtherManager(aroundNewcomers(operations, desired, observed, rolling), desired, observed);
  return { project: desired.project, operations: inOrder(withoutAbsent(ordered)) };
}

function planImages(desired: Topology, observed: ObservedState): Operation[] {
  return desired.images
    .filter((image) => observed.imageIds[image.reference] === undefined)
    .map((image) => ({
      id: steps.image(image.reference),
      kind: 'ensure-image',
      subject: image.reference,
      cause: 'the Engine does not have it',
      after: [],
      image,
    }));
}

function planVolumes(desired: Topology, observed: ObservedState): Operation[] {
  const present = new Set(observed.volumes.map((volume) => volume.name));
  return desired.volumes
    .filter((volume) => !present.has(volume.name))
    .map((volume) => ({
      id: steps.createVolume(volume.name),
      kind: 'create-volume',
      subject: volume.name,
      cause: 'is missing',
      after: [],
      volume,
    }));
}

/** These have requests or jobs in hand when there are too many of them. */
const drained: ReadonlySet<string> = new Set(['app', 'worker'] satisfies Component[]);

/** Each service's container, which somebody may have renamed. Of two, the one that has the service's name. */
function containersByService(project: string, containers: readonly ObservedContainer[]): ReadonlyMap<string, ObservedContainer> {
  const byService = new Map<string, ObservedContainer>();
  for (const container of containers) {
    const service = serviceOf(container) ?? '';
    if (!byService.has(service) || container.name === fullName(project, service)) byService.set(service, container);
  }
  return byService;
}

/** Containers of the project that the topology does not have: scaled down, of another haplat, or left by a drill. */
function planLeftovers(
  desired: Topology,
  byService: ReadonlyMap<string, ObservedContainer>,
  containers: readonly ObservedContainer[],
  rolling: boolean,
): Operation[] {
  const wanted = new Set(desired.services.map(({ name }) => byService.get(name)));
  // Of several that say they are the same service, the others go by names of their own.
  const isSecond = (container: ObservedContainer) => byService.get(subjectOf(container)) !== container || desired.services.some(({ name }) => name === subjectOf(container));
  return containers
    .filter((container) => !wanted.has(container))
    .flatMap((container) => removingLeftover(container, isSecond(container) ? container.name : subjectOf(container), desired, rolling));
}

function removingLeftover(container: ObservedContainer, subject: string, desired: Topology, rolling: boolean): Operation[] {
  const cause = isOfDrill(container) ? 'was left behind by a drill' : 'is no longer wanted';
  const component = componentOf(container);
  const remove: Operation = { id: steps.remove(subject), kind: 'remove-container', subject, cause, after: [steps.stop(subject)], container: container.name };
  if (container.state !== 'running') return [remove];
  // A node that leaves in order need not be fenced by those that stay.
  const leaves = desired.cluster !== undefined && isMember(component);
  if (leaves) return [{ id: steps.stop(subject), kind: 'stop-container', subject, cause, after: [], container: container.name }, remove];
  if (!drained.has(component)) return [remove];
  // It serves until those that stay have been replaced, should that be under way as well.
  const others = desired.services.filter((service) => service.component === component);
  const after = rolling ? others.flatMap(({ name }) => [steps.healthy(name), steps.atWork(name)]) : [];
  return [{ id: steps.stop(subject), kind: 'stop-container', subject, cause, after, container: container.name }, remove];
}

/**
 * Who ran the load balancers before goes first, all of it: its nodes have the addresses that the new ones get, and two
 * managers would each give the virtual address to a node of theirs.
 */
function afterOtherManager(operations: readonly Operation[], desired: Topology, observed: ObservedState): Operation[] {
  const wanted = new Set(desired.services.map(({ name }) => name));
  const former = observed.containers.filter((one) => isNode(componentOf(one)) && !wanted.has(serviceOf(one) ?? ''));
  const balancers = new Set(desired.services.filter(({ layer }) => layer === 'load-balancer').map(({ name }) => name));
  const removals = former.map((container) => steps.remove(subjectOf(container)));
  return operations.map((operation) =>
    operation.kind === 'create-container' && balancers.has(operation.subject) ? { ...operation, after: [...operation.after, ...removals] } : operation,
  );
}

/** An operation may name, in `after`, one that the plan turned out not to need: what it stands for is there already. */
function withoutAbsent(operations: readonly Operation[]): Operation[] {
  const ids = new Set(operations.map((operation) => operation.id));
  return operations.map((operation) => ({ ...operation, after: [...new Set(operation.after)].filter((id) => ids.has(id)) }));
}
