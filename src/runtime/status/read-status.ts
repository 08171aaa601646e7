import type { LoadedConfig } from '../config/load-config.ts';
import type { ContainerDetails, Engine, ObservedContainer } from '../engine/port.ts';
import { faultsInPlace } from '../drill/heal.ts';
import { withStartingJudged } from '../execute/own-check.ts';
import { readGuardianState, type GuardianState } from '../guardian/state-file.ts';
import { readCertificates } from '../platform/certificates.ts';
import { endpointsOf } from '../platform/endpoints.ts';
import { journalOf } from '../platform/journal.ts';
import { prepare } from '../platform/prepare.ts';
import type { Topology } from '../topology/topology.ts';
import { judgeStatus } from './judge-status.ts';
import type { StatusReport } from './report.ts';
import { readVipHolders } from './vip-holders.ts';

/** Looks at the platform: the Engine's view of each container, and the nodes' own view of the virtual address. */
export async function readStatus(loaded: LoadedConfig, engine: Engine): Promise<StatusReport> {
  const { config } = loaded;
  const { topology } = await prepare(loaded, { readOnly: true });
  const observed = await engine.listContainers(config);
  const running = new Set(observed.filter((one) => one.state === 'running').map((one) => one.name));
  const nodes = topology.services.filter((one) => one.component === 'keepalived' && running.has(one.container.name));

  const [details, holders, certificates, notes, faults] = await Promise.all([
    Promise.all(observed.map(({ name }) => engine.inspectContainer(name))),
    readVipHolders(engine, config.network.vip, new Map(nodes.map((one) => [one.name, one.container.name]))),
    readCertificates(loaded),
    readNotes(engine, topology, observed),
    faultsInPlace(journalOf(loaded)),
  ]);
  const specs = topology.services.map((service) => service.container);
  const present = await withStartingJudged(engine, details.filter((one) => one !== undefined), specs);
  return judgeStatus({
    topology,
    containers: new Map(present.map((one): [string, ContainerDetails] => [one.name, one])),
    vip: config.network.vip,
    holders,
    certificates,
    endpoints: endpointsOf(config),
    notes,
    faults: faults.map((fault) => `${fault.kind} ${fault.targets.join(', ')} since ${fault.at}`),
  });
}

/** A guardian is asked only when something is wrong: a healthy platform's status should be quick. */
async function readNotes(
  engine: Engine,
  topology: Topology,
  observed: readonly ObservedContainer[],
): Promise<ReadonlyMap<string, string>> {
  const byName = new Map(observed.map((one) => [one.name, one]));
  const isWell = topology.services.every(({ container }) => byName.get(container.name)?.health === 'healthy');
  // The first that runs is the one that acts.
  const guardian = topology.services.find((one) => one.component === 'guardian' && byName.get(one.container.name)?.state === 'running');
  if (isWell || guardian === undefined) return new Map();
  const state = await readGuardianState(engine, guardian.container.name).catch(() => undefined);
  return new Map(Object.entries(state?.services ?? {}).flatMap(([name, one]) => (one.backedOff ? [[name, backedOff(one)]] : [])));
}

function backedOff(one: GuardianState['services'][string]): string {
  const until = one.backedOffUntilMs === undefined ? '' : `, next start ${new Date(one.backedOffUntilMs).toISOString()}`;
  const reason = one.lastReason === undefined ? '' : `: ${one.lastReason}`;
  return `backed off, died ${one.deaths} times in 5 minutes${until}${reason}`;
}
