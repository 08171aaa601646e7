import { readFingerprintInUse } from '../../certs/ensure-certificates.ts';
import type { LoadedConfig } from '../../config/load-config.ts';
import { faultsInPlace } from '../../drill/heal/faults-in-place.ts';
import type { Engine, ObservedContainer } from '../../engine/port.ts';
import { OperationError } from '../../errors.ts';
import { lastLines } from '../../observe/last-lines.ts';
import { servedFingerprint } from '../../observe/served-certificate.ts';
import { balancersOf } from '../../topology/balancers.ts';
import { fullName } from '../../topology/names.ts';
import { ports } from '../../topology/ports.ts';
import type { Topology } from '../../topology/topology.ts';
import { stillFound } from '../../wait-until.ts';
import { certificateOptions } from '../certificate-options.ts';
import { hasOurBridges, isHere } from '../this-machine.ts';
import { journalOf } from '../state/journal.ts';

/** Traefik takes changes at most every two seconds (`providersThrottleDuration`), and a busy machine needs its time. */
const withinMs = 15_000;
/** For whoever finds one that may just be about to take it. */
const settleWithinMs = 5000;
const pollMs = 200;

type Desired = Pick<Topology, 'services' | 'project'>;
type Seen = readonly Pick<ObservedContainer, 'name' | 'addresses'>[];

/**
 * The load balancers that present another certificate than the one in use, by service: they don't read the files any more
 * (the state directory is another one by the same name, or no more files may be watched on this machine), and one that
 * is on standby is noticed by nobody else. None where they can't be asked, or a drill has them do it.
 */
export async function balancersWithAnotherCertificate(loaded: LoadedConfig, engine: Pick<Engine, 'socketPath'>, topology: Desired, containers: Seen): Promise<string[]> {
  if (!isHere(engine) || !hasOurBridges(loaded.config)) return [];
  const [inUse, faults] = await Promise.all([readFingerprintInUse(certificateOptions(loaded)), faultsInPlace(journalOf(loaded))]);
  if (inUse === undefined || faults.some(({ kind }) => kind === 'expire-cert')) return [];
  const addresses = new Map(containers.map(({ name, addresses: own }) => [name, own[fullName(topology.project, 'public')]]));
  const asked = await Promise.all(
    balancersOf(topology).map(async ({ name, node }) => {
      const host = addresses.get(node);
      const served = host ? await servedFingerprint({ host, port: ports.https }) : undefined;
      return served === undefined || served === inUse ? [] : [name];
    }),
  );
  return asked.flat();
}

/** Those that do so for longer than Traefik needs to take a new one. */
export async function balancersThatKeepAnother(loaded: LoadedConfig, engine: Pick<Engine, 'socketPath'>, topology: Desired, containers: Seen): Promise<readonly string[]> {
  return stillFound(() => balancersWithAnotherCertificate(loaded, engine, topology, containers), { timeoutMs: settleWithinMs, pollMs });
}

/** Waits until every load balancer that runs presents the certificate in use. OperationError, with its log, on the deadline. */
export async function awaitServed(
  loaded: LoadedConfig,
  engine: Pick<Engine, 'socketPath' | 'listContainers' | 'logs'>,
  topology: Desired,
  signal: AbortSignal,
): Promise<void> {
  const look = async () => balancersWithAnotherCertificate(loaded, engine, topology, await engine.listContainers({ project: topology.project }));
  const left = await stillFound(look, { timeoutMs: withinMs, pollMs, signal });
  if (left.length === 0) return;
  const logs = await Promise.all(left.map((name) => lastLines(engine, fullName(topology.project, name))));
  throw new OperationError(`${left.join(' and ')} ${left.length === 1 ? 'serves' : 'serve'} another certificate than the one in use, still after ${withinMs / 1000} s`, {
    remedy: 'mend the cause, if the log below tells it ("too many open files": fs.inotify.max_user_instances), and run "haplat up"',
    details: logs.flat(),
  });
}
