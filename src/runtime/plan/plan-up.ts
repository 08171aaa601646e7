import { labels } from '../engine/labels.ts';
import type { ObservedContainer } from '../engine/port.ts';
import { fullName } from '../topology/names.ts';
import type { Topology } from '../topology/topology.ts';
import { configParts } from './config-hash.ts';
import { judgeServices } from './judge-services.ts';
import type { ObservedState } from './observed-state.ts';
import type { Operation, Plan } from './operation.ts';
import { inOrder } from './order.ts';
import { planNetworks } from './plan-networks.ts';
import { planService } from './plan-service.ts';

/**
 * The difference between what should exist and what does, as operations. Pure: the same arguments give the same plan.
 * Empty when there is nothing to do.
 */
export function planUp(desired: Topology, observed: ObservedState): Plan {
  const ours = observed.containers.filter((container) => container.labels[labels.drill] === undefined);
  const byService = new Map(ours.map((container) => [container.labels[labels.service] ?? '', container]));
  const networks = planNetworks(desired, observed);
  const judged = judgeServices(desired, observed, byService, networks.replaced);

  const operations: Operation[] = [
    ...planImages(desired, observed),
    ...networks.operations,
    ...planVolumes(desired, observed),
    ...planLeftovers(desired, observed),
    ...desired.services.flatMap((service) =>
      planService(service, {
        desired,
        judged,
        parts: configParts(service, desired.networks),
        rolling: networks.replaced.size === 0,
      }),
    ),
  ];
  return { project: desired.project, operations: inOrder(withoutAbsent(operations)) };
}

function planImages(desired: Topology, observed: ObservedState): Operation[] {
  return desired.images
    .filter((image) => observed.imageIds[image.reference] === undefined)
    .map((image) => ({
      id: `ensure image ${image.reference}`,
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
      id: `create volume ${volume.name}`,
      kind: 'create-volume',
      subject: volume.name,
      cause: 'is missing',
      after: [],
      volume,
    }));
}

/** Containers of the project that the topology does not have: scaled down, renamed, or left by a drill. */
function planLeftovers(desired: Topology, observed: ObservedState): Operation[] {
  const wanted = new Set(desired.services.map((service) => fullName(desired.project, service.name)));
  return observed.containers
    .filter((container) => !wanted.has(container.name))
    .map((container) => ({
      id: `remove ${subjectOf(container)}`,
      kind: 'remove-container',
      subject: subjectOf(container),
      cause: container.labels[labels.drill] === undefined ? 'is no longer wanted' : 'was left behind by a drill',
      after: [],
      container: container.name,
    }));
}

function subjectOf(container: ObservedContainer): string {
  return container.labels[labels.service] ?? container.name;
}

/** An operation may name, in `after`, one that the plan turned out not to need: what it stands for is there already. */
function withoutAbsent(operations: readonly Operation[]): Operation[] {
  const ids = new Set(operations.map((operation) => operation.id));
  return operations.map((operation) => ({ ...operation, after: [...new Set(operation.after)].filter((id) => ids.has(id)) }));
}
