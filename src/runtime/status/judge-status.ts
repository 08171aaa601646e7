import { dayMs, isOfTheFuture } from '../certs/describe-certificate.ts';
import { judgeCluster } from '../cluster/judge-cluster.ts';
import type { ClusterState } from '../cluster/state.ts';
import { whyCheckFailed } from '../engine/check-output.ts';
import type { ContainerDetails } from '../engine/port.ts';
import type { Incident } from '../guardian/incidents.ts';
import type { Unrouted } from '../observe/routing.ts';
import { holderProblems, type VipHolders } from '../observe/vip-holders.ts';
import { isMember, isNode } from '../topology/cluster/members.ts';
import type { Service, Topology } from '../topology/topology.ts';
import type { Endpoints } from './endpoints.ts';
import type { GuardiansWords } from './guardians-words.ts';
import type { CertificateStatus, LayerStatus, ServiceStatus, StatusReport } from './report.ts';

/** From this many days on, a certificate that runs out is worth a word; of one that was never meant to last, a third of its time. */
const fewDays = 14;

/** What a client on the Engine's machine finds wrong. */
export interface FrontDoorProblem {
  readonly what: string;
  readonly remedy: string;
  /** The platform answers at its own address: what is lost is the way from this machine's ports to it. */
  readonly isUnpublished: boolean;
}

export interface StatusInputs extends GuardiansWords {
  readonly topology: Topology;
  readonly now: Date;
  /** By container name. */
  readonly containers: ReadonlyMap<string, ContainerDetails>;
  readonly vip: string;
  readonly holders: VipHolders;
  /** Why there are two, where the nodes tell. */
  readonly splitReason?: string | undefined;
  /** What a client on this machine finds wrong. */
  readonly frontDoor?: FrontDoorProblem | undefined;
  readonly certificates: readonly CertificateStatus[];
  /** Load balancers that present another certificate than the one in use. */
  readonly withAnotherCertificate?: readonly string[];
  readonly endpoints: Endpoints;
  /** What a healthy service that can't do its work says is missing, by service. */
  readonly lacking: ReadonlyMap<string, string>;
  /** Who sends no requests to whom, although both are well. */
  readonly unrouted?: readonly Unrouted[];
  readonly faults: readonly string[];
  /** The state directory that the platform's files are in, where it is not ours. */
  readonly otherState?: string | undefined;
  /** Absent where there is no cluster; undefined in it where none of its nodes answers. */
  readonly cluster?: { readonly state: ClusterState | undefined };
}

/** Makes the report of what was observed. Pure. */
export function judgeStatus(inputs: StatusInputs): StatusReport {
  const { topology, holders } = inputs;
  const cluster = inputs.cluster === undefined ? { problems: [], warnings: [] } : judgeCluster(inputs.cluster.state);
  const services = topology.services.map((service) => toServiceStatus(service, inputs));
  const problems = [
    ...services.filter((service) => !isWell(service)).map(describe),
    ...unguarded(services),
    ...holderProblems(inputs.vip, holders, inputs.splitReason),
    ...cluster.problems,
    ...(inputs.frontDoor === undefined ? [] : [`${inputs.frontDoor.what}: ${inputs.frontDoor.remedy}`]),
    ...inputs.certificates.filter(runsOut).map((one) => `${one.file} expires in ${one.daysLeft} days`),
    ...inputs.certificates.filter((one) => isOfTheFuture(one, inputs.now)).map((one) => `${one.file} is not valid before ${one.notBefore} ("haplat up" mends that)`),
    ...(inputs.withAnotherCertificate ?? []).map((name) => `${name} serves another certificate than the one in use ("haplat up" mends that)`),
    ...(inputs.unrouted ?? []).map(unroutedText),
    ...inputs.faults.map((fault) => `a drill's fault is still in place: ${fault} (haplat heal ends it)`),
  ];
  return {
    schema: 'haplat.status/1',
    project: topology.project,
    healthy: problems.length === 0,
    problems,
    warnings: [...elsewhere(inputs.otherState), ...cluster.warnings, ...topology.services.flatMap((service) => healed(service, inputs.incidents.get(service.name)))],
    vip: { address: inputs.vip, holders: holders.holders },
    services,
    redundancy: layersOf(topology, services),
    certificates: inputs.certificates,
    endpoints: inputs.endpoints,
    ...(inputs.cluster?.state && { cluster: inputs.cluster.state }),
  };
}

/** Without a majority a cluster serves nothing; of two nodes alone either one does (corosync.conf, `two_node`). Who only votes may go as well. */
function keepsQuorum(nodes: readonly { readonly kind: string; readonly healthy: boolean }[]): boolean {
  const votes = nodes.filter(({ kind }) => isMember(kind));
  const well = votes.filter(({ healthy }) => healthy);
  const left = votes.length === 2 ? well.length === 2 : well.length - 1 > votes.length / 2;
  return left && well.filter(({ kind }) => isNode(kind)).length > 1;
}

function runsOut({ daysLeft, notBefore, notAfter }: CertificateStatus): boolean {
  return daysLeft < Math.min(fewDays, (Date.parse(notAfter) - Date.parse(notBefore)) / dayMs / 3);
}

function toServiceStatus(service: Service, inputs: StatusInputs): ServiceStatus {
  const details = inputs.containers.get(service.container.name);
  const lacking = inputs.lacking.get(service.name) ?? whyCutOff(service, details);
  return {
    name: service.name,
    component: service.component,
    state: details?.state ?? 'missing',
    health: details?.state === 'running' ? details.health : 'none',
    role: roleOf(service, inputs),
    image: details?.image ?? service.container.image,
    address: addressOf(service, inputs),
    startedAt: details?.state === 'running' ? (details.startedAt?.toISOString() ?? null) : null,
    ready: lacking === undefined,
    incidents: inputs.incidents.get(service.name) ?? [],
    note: inputs.notes.get(service.name) ?? lacking ?? whyIll(details) ?? null,
  };
}

/** Who did not bring the platform up has neither its certificates nor its journal to look at. */
function elsewhere(otherState: string | undefined): string[] {
  return otherState === undefined ? [] : [`its files are in ${otherState}, which is not this stateDirectory: certificates and faults of drills are not looked at`];
}

/** Whoever finds all well should hear of it: what has died and was healed is likely to do so again. */
function healed({ name, container }: Service, incidents: readonly Incident[] = []): string[] {
  const last = incidents.at(-1);
  if (last === undefined) return [];
  const count = incidents.length === 1 ? '' : `${incidents.length} incidents within a day, the last: `;
  const limit = container.memoryLimitMiB === undefined || !last.what.includes('memory') ? '' : ` (limit ${container.memoryLimitMiB} MiB)`;
  return [`${name}: ${count}${last.what}${limit} at ${last.at.slice(0, 19)}Z`];
}

/** By somebody's `docker network disconnect`, say: its own check need not notice. */
function whyCutOff({ container }: Service, details: ContainerDetails | undefined): string | undefined {
  if (details?.state !== 'running') return undefined;
  const missing = container.networks.find(({ network }) => details.addresses[network] === undefined);
  return missing === undefined ? undefined : `not connected to the network ${missing.network}: run "haplat up"`;
}

/** What the Engine heard last; of a container that has stopped, that is history. */
function whyIll(details: ContainerDetails | undefined): string | undefined {
  return details?.state === 'running' && details.health !== 'healthy' ? whyCheckFailed(details) : undefined;
}

/** The address in the first of its networks, a member's that of its pod. */
function addressOf({ container }: Service, { topology, containers }: StatusInputs): string {
  const owner = topology.services.find((one) => one.container.name === container.joins)?.container ?? container;
  const addresses = containers.get(owner.name)?.addresses ?? {};
  return owner.networks.map(({ network }) => addresses[network]).find((address) => address !== undefined && address !== '') ?? '';
}

function roleOf(service: Service, { holders, containers }: StatusInputs): string {
  if (containers.get(service.container.name)?.state !== 'running') return '';
  if (service.component === 'keepalived') return holders.holders.includes(service.name) ? 'MASTER' : 'BACKUP';
  if (service.component === 'lb') return holders.holders.includes(service.name) ? 'active' : 'standby';
  if (service.component === 'quorum') return 'votes';
  if (service.component === 'traefik') return holders.holders.includes(service.podOwner ?? '') ? 'active' : 'standby';
  return '';
}

function isWell(service: ServiceStatus): boolean {
  return service.state === 'running' && service.health === 'healthy' && service.ready;
}

function unroutedText({ balancer, replica, isKnown }: Unrouted): string {
  return isKnown
    ? `${balancer} sends no requests to ${replica}, which does not answer its checks (haplat logs ${balancer})`
    : `${balancer} has not heard of ${replica}, and sends it no requests ("haplat up" mends that)`;
}

/** Guardians reach the Engine through its proxies: without any of either, what has died stays so. */
function unguarded(services: readonly ServiceStatus[]): string[] {
  const isGone = (component: string) => {
    const own = services.filter((one) => one.component === component);
    return own.length > 0 && !own.some(isWell);
  };
  return services.some(isWell) && ['guardian', 'engine-proxy'].some(isGone) ? ['nothing is healed by itself: no guardian reaches the Engine (haplat up brings them back)'] : [];
}

function describe(service: ServiceStatus): string {
  const state = service.state === 'running' ? service.health : service.state;
  if (!service.ready) return `${service.name} runs and can't do its work (${service.note ?? ''})`;
  return `${service.name} is ${state}${service.note === null ? '' : ` (${service.note})`}`;
}

/** Containers that share a pod are one node, which is healthy when all of it is. Only its own kind covers for a node. */
function layersOf(topology: Topology, services: readonly ServiceStatus[]): LayerStatus[] {
  const well = new Map(services.map((service) => [service.name, isWell(service)]));
  const pods = Map.groupBy(topology.services, (service) => service.podOwner ?? service.name);
  const nodes = [...pods.values()].flatMap(([leader, ...members]) =>
    leader === undefined
      ? []
      : [{ layer: leader.layer, kind: leader.component, healthy: [leader, ...members].every((one) => well.get(one.name) === true) }],
  );
  return [...Map.groupBy(nodes, (node) => node.layer)].map(([layer, all]) => {
    const kinds = [...Map.groupBy(all, (node) => node.kind).values()];
    const isVoted = topology.cluster !== undefined && all.some(({ kind }) => isMember(kind));
    return {
      layer,
      nodes: all.length,
      healthy: all.filter((node) => node.healthy).length,
      survivesLossOfOne: isVoted ? keepsQuorum(all) : kinds.every((kind) => kind.filter((node) => node.healthy).length > 1),
    };
  });
}
