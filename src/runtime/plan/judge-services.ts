import { isWell } from '../engine/identity.ts';
import type { ObservedContainer } from '../engine/port.ts';
import type { Service, Topology } from '../topology/topology.ts';
import { changedParts, configParts } from './config-hash.ts';
import type { ObservedState } from './observed-state.ts';

/** What is to be done with one service's container. */
export type Judgement =
  | { readonly action: 'create'; readonly cause: string }
  | { readonly action: 'replace'; readonly cause: string; readonly changed: readonly string[]; readonly observed: ObservedContainer }
  | { readonly action: 'start' | 'unpause' | 'await'; readonly cause: string; readonly observed: ObservedContainer }
  | { readonly action: 'none'; readonly observed: ObservedContainer };

/** What is replaced beside what has changed. */
export interface Replacing {
  readonly replacedNetworks: ReadonlySet<string>;
  /** Services and components of which new ones were asked for. */
  readonly renew: ReadonlySet<string>;
}

/** Judges every service. A pod is judged as one: what joins a container that is replaced is replaced with it. */
export function judgeServices(
  desired: Topology,
  observed: ObservedState,
  byService: ReadonlyMap<string, ObservedContainer>,
  replacing: Replacing,
): ReadonlyMap<string, Judgement> {
  const alone = new Map(
    desired.services.map((service) => [
      service.name,
      judge(service, desired, observed, byService.get(service.name), replacing),
    ]),
  );
  return new Map(desired.services.map((service) => [service.name, withOwner(service, alone)]));
}

function judge(
  service: Service,
  desired: Topology,
  state: ObservedState,
  observed: ObservedContainer | undefined,
  replacing: Replacing,
): Judgement {
  if (observed === undefined) return { action: 'create', cause: 'is missing' };
  const changed = changedParts(configParts(service, desired.networks), observed.labels);
  const cause = changed.length > 0 ? `config hash changed: ${changed.join(', ')}` : otherCause(service, state, observed, replacing);
  return cause === undefined ? judgeState(observed) : { action: 'replace', cause, changed, observed };
}

function otherCause(
  service: Service,
  state: ObservedState,
  observed: ObservedContainer,
  { replacedNetworks, renew }: Replacing,
): string | undefined {
  if (observed.name !== service.container.name) return `is called ${observed.name}`;
  const imageId = state.imageIds[service.container.image];
  if (imageId !== undefined && imageId !== observed.imageId) return `the image ${service.container.image} was renewed`;
  const network = service.container.networks.find((one) => replacedNetworks.has(one.network));
  if (network !== undefined) return `the network ${network.network} is replaced`;
  // A crash between the creation and the last connection leaves a container that lacks a network.
  const missing = service.container.networks.find((one) => observed.addresses[one.network] === undefined);
  if (missing !== undefined) return `is not connected to ${missing.network}`;
  if (state.withoutFiles.has(service.name)) return 'its files are gone from the state directory';
  if (state.unpublished.has(service.name)) return 'nobody answers at its published ports';
  if (state.withAnotherCertificate.has(service.name)) return 'serves another certificate than the one in use';
  const unknown = state.unaware.get(service.name);
  if (unknown !== undefined) return `has not heard of ${unknown}`;
  return renew.has(service.name) || renew.has(service.component) ? 'a new one was asked for' : undefined;
}

function judgeState(observed: ObservedContainer): Judgement {
  switch (observed.state) {
    case 'running':
    case 'restarting':
      return isWell(observed)
        ? { action: 'none', observed }
        : { action: 'await', cause: `is ${observed.state === 'restarting' ? 'restarting' : observed.health}`, observed };
    case 'paused':
      return { action: 'unpause', cause: 'is paused', observed };
    case 'removing':
    case 'dead':
      return { action: 'replace', cause: `is ${observed.state}`, changed: [], observed };
    case 'created':
    case 'exited':
      return { action: 'start', cause: observed.state === 'created' ? 'was never started' : 'has exited', observed };
  }
}

/** A container that joins another's namespaces lives and dies with them. */
function withOwner(service: Service, alone: ReadonlyMap<string, Judgement>): Judgement {
  const own = alone.get(service.name);
  if (own === undefined) throw new Error(`no judgement of ${service.name}`);
  const owner = service.podOwner === undefined ? undefined : alone.get(service.podOwner);
  if (owner === undefined || own.action === 'create' || own.action === 'replace') return own;
  if (owner.action === 'create' || owner.action === 'replace') {
    return { action: 'replace', cause: `joins ${String(service.podOwner)}, which is new`, changed: [], observed: own.observed };
  }
  return own;
}
