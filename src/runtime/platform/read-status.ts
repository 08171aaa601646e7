import { listCertificates } from '../certs/ensure-certificates.ts';
import { readClusterState } from '../cluster/read-state.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { faultsInPlace } from '../drill/heal/faults-in-place.ts';
import type { ContainerDetails, Engine } from '../engine/port.ts';
import { withStartingJudged } from '../observe/own-check.ts';
import { readLacking } from '../observe/readiness.ts';
import { readUnrouted } from '../observe/routing.ts';
import { readVipHolders } from '../observe/vip-holders.ts';
import { whyUnheard } from '../observe/why-unheard.ts';
import { endpointsOf } from '../status/endpoints.ts';
import { readGuardiansWords } from '../status/guardians-words.ts';
import { judgeStatus } from '../status/judge-status.ts';
import type { StatusReport } from '../status/report.ts';
import { addressNodes, memberContainers } from '../topology/cluster/members.ts';
import { certificateOptions } from './certificate-options.ts';
import { frontDoorOf } from './front-door/front-door.ts';
import { journalOf } from './state/journal.ts';
import { prepare } from './prepare.ts';
import { balancersWithAnotherCertificate } from './front-door/served-certificates.ts';
import { otherStateInUse } from './state/state-in-use.ts';

/** Looks at the platform: the Engine's view of each container, and the nodes' own view of the virtual address. */
export async function readStatus(loaded: LoadedConfig, engine: Engine): Promise<StatusReport> {
  const { config } = loaded;
  const { topology } = await prepare(loaded, { readOnly: true });
  const nodes = addressNodes(topology);
  const members = memberContainers(topology.services);

  // All at once and by the names they must have: each look costs what the slowest does, and that one is asked first.
  const [asked, details, certificates, faults, words, frontDoor, cluster] = await Promise.all([
    readVipHolders(engine, config.network.vip, nodes),
    Promise.all(topology.services.map(({ container }) => engine.inspectContainer(container.name))),
    listCertificates(certificateOptions(loaded)),
    faultsInPlace(journalOf(loaded)),
    readGuardiansWords(engine, topology),
    frontDoorOf(loaded, engine),
    topology.cluster && readClusterState(engine, members),
  ]);
  const specs = topology.services.map((service) => service.container);
  const present = await withStartingJudged(engine, details.filter((one) => one !== undefined), specs);
  const containers = new Map(present.map((one): [string, ContainerDetails] => [one.name, one]));
  const isRunning = (node: string) => containers.get(nodes.get(node) ?? '')?.state === 'running';
  const otherState = otherStateInUse(loaded.stateDirectory, present);
  const lacking = await readLacking(engine, topology.services, containers);
  // A replica that says that it can't do its work is sent none, and a node that reaches no replica tells so itself.
  const fit = { services: topology.services.filter(({ name, podOwner }) => !lacking.has(name) && !lacking.has(podOwner ?? '')) };
  return judgeStatus({
    topology,
    now: new Date(),
    containers,
    vip: config.network.vip,
    // That a node which is down could not be asked is no riddle.
    holders: { ...asked, unknown: asked.unknown.filter(({ node }) => isRunning(node)) },
    splitReason: asked.holders.length > 1 ? await whyUnheard(engine, [...nodes.values()]) : undefined,
    // By certificates of our own nothing can be said of a platform that has somebody else's.
    ...(otherState === undefined
      ? { frontDoor, certificates, withAnotherCertificate: await balancersWithAnotherCertificate(loaded, engine, topology, present) }
      : { certificates: [] }),
    endpoints: endpointsOf(config),
    otherState,
    ...words,
    lacking,
    unrouted: await readUnrouted(engine, fit, present),
    ...(topology.cluster && { cluster: { state: cluster } }),
    faults: faults.map(({ inWords, at }) => `${inWords} since ${at}`),
  });
}
