import { componentOf, dependenciesOf, podOwnerOf, subjectOf } from '../engine/identity.ts';
import type { ObservedContainer } from '../engine/port.ts';
import type { Component } from '../topology/topology.ts';
import type { Resources } from './observed-state.ts';
import type { Operation, Plan } from './operation.ts';
import { inOrder } from './order.ts';
import { steps } from './steps.ts';

/**
 * Stopped by a signal before they are removed. Database, broker and worker have data or work in hand. All others wait until
 * the guardian has stopped, not until it is removed. The rest is killed: an API replica drains for balancers, which are gone
 * by then, and what it has acknowledged is in the database.
 */
const stoppedGracefully: ReadonlySet<string> = new Set(['guardian', 'db', 'rabbitmq', 'worker'] satisfies Component[]);

/**
 * Removes what `up` made, found by its labels alone: it works without the configuration that made it. The guardian stops
 * first, so that it does not start again what is being stopped; what depends on a service stops before that service.
 */
export function planDown(
  project: string,
  observed: Resources,
  options: { readonly volumes: boolean },
): Plan {
  const cause = 'down was asked for';
  const all = observed.containers;
  const containers = all.flatMap((container) => takingDown(container, all, cause));
  const networks = observed.networks.map(
    (network): Operation => ({
      id: steps.removeNetwork(network.name),
      kind: 'remove-network',
      subject: network.name,
      cause,
      after: observed.containers.filter((one) => one.addresses[network.name] !== undefined).map((one) => steps.remove(nameAmong(one, all))),
      name: network.name,
    }),
  );
  const volumes = (options.volumes ? observed.volumes : []).map(
    (volume): Operation => ({
      id: steps.removeVolume(volume.name),
      kind: 'remove-volume',
      subject: volume.name,
      cause: 'its removal was asked for',
      after: all.map((one) => steps.remove(nameAmong(one, all))),
      name: volume.name,
    }),
  );
  return { project, operations: inOrder([...containers, ...networks, ...volumes]) };
}

function takingDown(container: ObservedContainer, all: readonly ObservedContainer[], cause: string): Operation[] {
  const name = nameAmong(container, all);
  const before = [
    ...guardianOf(container, all).map((guardian) => endingOf(guardian, all)),
    ...dependentsOf(container, all).map((other) => endingOf(other, all)),
  ];
  const stop: Operation = { id: steps.stop(name), kind: 'stop-container', subject: name, cause, after: before, container: container.name };
  const remove: Operation = {
    id: steps.remove(name),
    kind: 'remove-container',
    subject: name,
    cause,
    after: isGraceful(container) ? [steps.stop(name)] : before,
    container: container.name,
  };
  return isGraceful(container) ? [stop, remove] : [remove];
}

/** After it nothing of the container runs. */
function endingOf(container: ObservedContainer, all: readonly ObservedContainer[]): string {
  const name = nameAmong(container, all);
  return isGraceful(container) ? steps.stop(name) : steps.remove(name);
}

function isGraceful(container: ObservedContainer): boolean {
  const { state } = container;
  const isRunning = state !== 'created' && state !== 'exited' && state !== 'dead';
  return isRunning && stoppedGracefully.has(componentOf(container));
}

/** Only where the order matters: nobody waits for what has nothing to lose. */
function dependentsOf(container: ObservedContainer, all: readonly ObservedContainer[]): ObservedContainer[] {
  const name = subjectOf(container);
  if (!isGraceful(container)) return [];
  return all.filter(
    (other) =>
      podOwnerOf(other) === name || dependenciesOf(other).includes(name),
  );
}

function guardianOf(container: ObservedContainer, all: readonly ObservedContainer[]): ObservedContainer[] {
  const isGuardian = (one: ObservedContainer) => componentOf(one) === 'guardian';
  return isGuardian(container) ? [] : all.filter(isGuardian);
}

/** Of two that say they are the same (an image that somebody made of one carries its labels along) each by its own name. */
function nameAmong(container: ObservedContainer, all: readonly ObservedContainer[]): string {
  const isOnly = all.filter((one) => subjectOf(one) === subjectOf(container)).length === 1;
  return isOnly ? subjectOf(container) : container.name;
}
