import { dueCertificates } from '../certs/ensure-certificates.ts';
import { hasOtherAuthkey, readOwnAuthkey } from '../cluster/authkey.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import { faultsInPlace } from '../drill/heal/faults-in-place.ts';
import type { Topology } from '../topology/topology.ts';
import { certificateOptions } from './certificate-options.ts';
import { journalOf } from './state/journal.ts';

/** What `up` has to do beside its plan, which is about what the Engine has: a line each. Touches nothing. */
export async function dueBesides(loaded: LoadedConfig, topology: Pick<Topology, 'cluster'>): Promise<string[]> {
  const [certificates, faults, isKeyNew] = await Promise.all([dueCertificates(certificateOptions(loaded)), faultsInPlace(journalOf(loaded)), hasNewAuthkey(loaded, topology)]);
  return [
    ...certificates,
    ...(isKeyNew ? ['tell the cluster its new key'] : []),
    ...faults.map(({ inWords }) => `undo ${inWords}, left by a drill`),
  ];
}

/** Whether the user has another key for the cluster than the one that its nodes have. */
export async function hasNewAuthkey({ config, stateDirectory, source }: LoadedConfig, { cluster }: Pick<Topology, 'cluster'>): Promise<boolean> {
  return cluster !== undefined && hasOtherAuthkey(stateDirectory, await readOwnAuthkey(config.loadBalancers.authkeyFile, source));
}
