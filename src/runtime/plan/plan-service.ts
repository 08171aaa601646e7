import type { ContainerSpec } from '../engine/container-spec.ts';
import { isWell, subjectOf } from '../engine/identity.ts';
import type { ObservedContainer } from '../engine/port.ts';
import { balancersOf, isRouted } from '../topology/balancers.ts';
import { isMember, membersIn } from '../topology/cluster/members.ts';
import { shortName } from '../topology/names.ts';
import { isSecret } from '../topology/secrets-files.ts';
import type { Service, Topology } from '../topology/topology.ts';
import { identityLabels, type ConfigParts } from './config-hash.ts';
import type { Judgement } from './judge-services.ts';
import type { ObservedState } from './observed-state.ts';
import type { Operation } from './operation.ts';
import { steps } from './steps.ts';

type Replacement = Extract<Judgement, { action: 'replace' }>;

interface Around {
  readonly desired: Topology;
  readonly judged: ReadonlyMap<string, Judgement>;
  readonly parts: ConfigParts;
  /** Replace replicas one after the other, so that the others serve meanwhile. */
  readonly rolling: boolean;
  /** Comes last of its peers: replaced earlier, it would hand the address to one that has yet to be replaced. */
  readonly vipHolder: string | undefined;
  readonly observed: Pick<ObservedState, 'containers' | 'imageIds'>;
}

/** The operations that bring one service's container to what it should be. */
export function planService(service: Service, around: Around): Operation[] {
  return [...handingSecrets(service, around), ...bringing(service, around)];
}

/**
 * What it depends on gets other secrets: it is handed them while that is away, and connects again (it reads them for
 * each connection), instead of being refused until its own turn. Also where nothing about it has changed: it may have
 * been handed those of a change that was then taken back.
 */
function handingSecrets(service: Service, { desired, judged }: Around): Operation[] {
  const action = judged.get(service.name)?.action;
  const renewed = desired.services.filter((one) => service.dependsOn.includes(one.name) && one.files.some(isSecret) && getsSecrets(judged.get(one.name)));
  if (action === 'create' || renewed.length === 0 || !service.files.some(isSecret)) return [];
  const names = renewed.map(({ name }) => name);
  return [
    {
      id: steps.handSecrets(service.name),
      kind: 'write-secrets',
      subject: service.name,
      cause: `secrets of ${names.join(' and ')}`,
      after: names.map((name) => steps.stop(name)),
      service,
    },
  ];
}

function getsSecrets(judgement: Judgement | undefined): boolean {
  return judgement?.action === 'create' || (judgement?.action === 'replace' && judgement.changed.includes('secrets'));
}

function bringing(service: Service, around: Around): Operation[] {
  const judgement = around.judged.get(service.name);
  if (judgement === undefined || judgement.action === 'none') return [];
  const { cause } = judgement;
  const spec = labelled(service, around);
  switch (judgement.action) {
    case 'create':
      return [...creating(service, spec, around, cause), starting(service, around, cause), ...awaiting(service, spec, around, cause)];
    case 'replace':
      return [
        ...removing(service, around, judgement),
        ...creating(service, spec, around, cause),
        starting(service, around, cause),
        ...awaiting(service, spec, around, cause),
      ];
    case 'start':
      return [starting(service, around, cause), ...awaiting(service, spec, around, cause)];
    case 'unpause':
      return [
        { id: steps.unpause(service.name), kind: 'unpause-container', subject: service.name, cause, after: [], container: spec.name },
        ...awaiting(service, spec, around, cause),
      ];
    case 'await':
      return awaiting(service, spec, around, cause);
  }
}

function labelled(service: Service, { desired, parts }: Around): ContainerSpec {
  const identity = identityLabels(desired.project, service, parts);
  return { ...service.container, labels: { ...service.container.labels, ...identity } };
}

function removing(service: Service, around: Around, { cause, observed }: Replacement): Operation[] {
  const members = around.desired.services.filter((other) => other.podOwner === service.name);
  return [
    ...checkingData(service, observed.name, cause),
    ...readyingData(service, around, { cause, observed }),
    {
      id: steps.stop(service.name),
      kind: 'stop-container',
      subject: service.name,
      cause,
      // The old one serves until the new one has all that it needs.
      after: [
        steps.checkData(service.name),
        steps.readyData(service.name),
        ...previousReplicas(service, around),
        ...members.map((member) => steps.remove(member.name)),
        steps.image(service.container.image),
        ...(around.rolling ? service.dependsOn.filter((name) => name !== service.podOwner).map((name) => steps.healthy(name)) : []),
      ],
      container: observed.name,
    },
    {
      id: steps.remove(service.name),
      kind: 'remove-container',
      subject: service.name,
      cause,
      after: [steps.stop(service.name)],
      container: observed.name,
    },
  ];
}

function checkingData({ name, data, container: { image } }: Service, container: string, cause: string): Operation[] {
  if (data === undefined) return [];
  return [{ id: steps.checkData(name), kind: 'check-data', subject: name, cause, after: [steps.image(image)], container, data, image }];
}

/** An image that is yet to be pulled is another one, too. One that is not healthy may be replaced for just that reason. */
function readyingData(service: Service, around: Around, { cause, observed }: Pick<Replacement, 'cause' | 'observed'>): Operation[] {
  const { name, readying, container: { image } } = service;
  if (readying === undefined || around.observed.imageIds[image] === observed.imageId || observed.health !== 'healthy') return [];
  return [{ id: steps.readyData(name), kind: 'ready-data', subject: name, cause, after: [steps.image(image)], container: observed.name, command: readying }];
}

/**
 * What a replacement waits for: the replica before it, and that one's whole pod, are healthy again, and the load
 * balancers send requests to it, or it may have the address, or it is a member of its cluster; and so is each that this run
 * only has to start. A pod's members go with their owner, which is the one that waits for other pods. Who does not serve
 * anyway is replaced first, who has the address last.
 */
function previousReplicas(service: Service, { desired, judged, rolling, vipHolder }: Around): string[] {
  if (!rolling) return [];
  const leader = desired.services.find((other) => other.name === service.podOwner) ?? service;
  const podOf = (owner: Service) => [owner, ...desired.services.filter((other) => other.podOwner === owner.name)];
  const actionsOf = (owner: Service) => podOf(owner).map((member) => judged.get(member.name)?.action);
  const turn = (owner: Service) => (owner.name === vipHolder ? 2 : Number(podOf(owner).every((member) => serves(judged.get(member.name)))));
  // Whoever has a vote counts, whether or not it serves.
  const isPeer = ({ component }: Service) => component === leader.component || (isMember(component) && isMember(leader.component));
  const peers = desired.services.filter(isPeer).toSorted((a, b) => turn(a) - turn(b));
  const previous = peers.slice(0, peers.indexOf(leader)).findLast((peer) => actionsOf(peer).includes('replace'));
  // To take away who does not serve costs nothing.
  const started = turn(leader) === 0 ? [] : peers.filter((peer) => peer !== leader && !actionsOf(peer).includes('replace') && podOf(peer).some((member) => isBrought(member, judged.get(member.name))));
  return [...(previous === undefined ? [] : [previous]), ...started].flatMap(podOf).flatMap((member) => [steps.healthy(member.name), steps.atWork(member.name)]);
}

/** What is missing, or there and does not serve. A node that is to join a cluster needs those that are there: `aroundNewcomers`. */
function isBrought({ component }: Service, judgement: Judgement | undefined): boolean {
  if (judgement?.action === 'create') return !isMember(component);
  return judgement?.action === 'start' || judgement?.action === 'unpause' || judgement?.action === 'await';
}

function serves(judgement: Judgement | undefined): boolean {
  if (judgement === undefined || judgement.action === 'create') return false;
  return isWell(judgement.observed);
}

function creating(service: Service, spec: ContainerSpec, { desired }: Around, cause: string): Operation[] {
  const [first, ...others] = spec.networks;
  const volumes = spec.mounts.flatMap((mount) => (mount.kind === 'volume' ? [mount.source] : []));
  const files: Operation[] =
    service.files.length === 0
      ? []
      : [{ id: steps.write(service.name), kind: 'write-files', subject: service.name, cause, after: [steps.remove(service.name)], service }];
  return [
    ...files,
    {
      id: steps.create(service.name),
      kind: 'create-container',
      subject: service.name,
      cause,
      after: [
        steps.remove(service.name),
        steps.write(service.name),
        steps.image(spec.image),
        ...spec.networks.map((one) => steps.createNetwork(one.network)),
        ...volumes.map((volume) => steps.createVolume(volume)),
        ...(service.podOwner === undefined ? [] : [steps.create(service.podOwner)]),
      ],
      container: spec,
    },
    ...(first === undefined ? [] : others).map(
      (one): Operation => ({
        id: steps.connect(service.name, shortName(desired.project, one.network)),
        kind: 'connect-network',
        subject: service.name,
        cause,
        after: [steps.create(service.name)],
        container: spec.name,
        ...one,
      }),
    ),
  ];
}

function starting(service: Service, { desired: { project }, observed }: Around, cause: string): Operation {
  return {
    id: steps.start(service.name),
    kind: 'start-container',
    subject: service.name,
    cause,
    after: [
      steps.create(service.name),
      ...service.container.networks.map((one) => steps.connect(service.name, shortName(project, one.network))),
      ...(service.podOwner === undefined ? [] : [steps.start(service.podOwner)]),
      ...service.dependsOn.map((name) => steps.healthy(name)),
      ...removalsOfPublishers(service, observed.containers),
    ],
    container: service.container.name,
  };
}

/** Of whoever still has one of its ports on the host, by the name of its service or by its own. */
function removalsOfPublishers({ name, container: { ports } }: Service, containers: readonly ObservedContainer[]): string[] {
  const publishers = containers.filter((one) => ports.some(({ hostPort }) => one.publishedPorts?.includes(hostPort)));
  return publishers.flatMap((one) => [subjectOf(one), one.name]).filter((one) => one !== name).map((one) => steps.remove(one));
}

function awaiting(service: Service, spec: ContainerSpec, { desired }: Around, cause: string): Operation[] {
  const healthy: Operation = {
    id: steps.healthy(service.name),
    kind: 'await-healthy',
    subject: service.name,
    cause,
    after: [steps.start(service.name), steps.unpause(service.name)],
    container: spec,
  };
  if (isMember(service.component)) return [healthy, joining(service, desired, cause)];
  if (service.component === 'traefik') return [healthy, becomingCandidate(service, cause)];
  const balancers = isRouted(spec) ? balancersOf(desired) : [];
  if (balancers.length === 0) return [healthy];
  const after = [healthy.id, ...balancers.map(({ name }) => steps.healthy(name))];
  return [healthy, { id: steps.atWork(service.name), kind: 'await-route', subject: service.name, cause, after, container: spec.name, balancers }];
}

/** Its own check may call Traefik healthy before that of its node does, and until then the node can't have the address. */
function becomingCandidate({ name, container }: Service, cause: string): Operation {
  return { id: steps.atWork(name), kind: 'await-candidate', subject: name, cause, after: [steps.healthy(name)], node: container.joins ?? container.name };
}

/** A node whose daemons run need not have joined. */
function joining({ name, component }: Service, { services }: Topology, cause: string): Operation {
  const nodes = membersIn(services).map((one) => ({ name: one.name, container: one.container.name }));
  return { id: steps.atWork(name), kind: 'await-member', subject: name, cause, after: [steps.healthy(name)], node: name, serves: component === 'lb', nodes };
}

