import { checkOwnCertificate } from '../certs/ensure-certificates.ts';
import { readOwnAuthkey } from '../cluster/authkey.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { Engine } from '../engine/port.ts';
import { ConfigError } from '../errors.ts';
import { takingOff } from '../execute/remove-network.ts';
import type { Resources } from '../plan/observed-state.ts';
import type { Plan } from '../plan/operation.ts';
import { lostMajority, movedNodes } from '../plan/plan-cluster.ts';
import { planUp } from '../plan/plan-up.ts';
import type { Topology } from '../topology/topology.ts';
import { observeFor } from './observe.ts';
import { checkTraefik } from './preflight/old-traefik.ts';
import { preflight } from './preflight/preflight.ts';
import { prepare } from './prepare.ts';

export interface LookOptions {
  readonly loaded: LoadedConfig;
  readonly engine: Engine;
  /** Services and components that are replaced although nothing about them has changed, replica by replica. */
  readonly renew?: readonly string[];
  /** A drill is under way: it is the one who asks. */
  readonly duringDrill?: boolean;
}

/** What `up` would do. Touches nothing; throws ConfigError for what can't be. */
export async function lookAhead(options: LookOptions): Promise<{ readonly plan: Plan; readonly topology: Topology }> {
  const { loaded, engine } = options;
  await checkOwnCertificate({ ...loaded.config.certificates, source: loaded.source });
  await readOwnAuthkey(loaded.config.loadBalancers.authkeyFile, loaded.source);
  const { topology } = await prepare(loaded, { readOnly: true, engine });
  checkRenewed(topology, options.renew ?? []);
  const observed = await observeFor(engine, topology, loaded);
  await preflight(loaded, engine, observed, topology);
  await checkTraefik(loaded, engine);
  checkMajority(lostMajority(topology, observed));
  checkAddresses(movedNodes(topology, observed));
  const plan = planUp(topology, observed, options);
  await checkNetworkMembers(engine, plan, observed);
  return { plan, topology };
}

/** Whoever else is on a network that is to be replaced would keep it from that, with the platform down already. */
async function checkNetworkMembers(engine: Engine, { operations }: Plan, { containers }: Resources): Promise<void> {
  const own = new Set(containers.map(({ name }) => name));
  for (const { kind, subject, cause } of operations) {
    if (kind !== 'remove-network') continue;
    const others = (await engine.networkMembers(subject)).filter((name) => !own.has(name));
    if (others.length === 0) continue;
    throw new ConfigError(`the network ${subject} has to be replaced (${cause}), and ${others.join(', ')}, not of this platform, is on it`, {
      remedy: takingOff(subject, others),
    });
  }
}

/** Nodes leave in order as long as those that stay can decide. */
function checkMajority(lost: ReturnType<typeof lostMajority>): void {
  if (lost === undefined) return;
  throw new ConfigError(`loadBalancers.nodes: ${lost.leaving} of ${lost.of} nodes can't leave a running cluster at once: the others would be no majority`, {
    remedy: 'make it smaller in steps, with "haplat up" after each, or run "haplat down" first (the data stays)',
  });
}

function checkAddresses(moved: readonly string[]): void {
  if (moved.length === 0) return;
  throw new ConfigError(`loadBalancers: ${moved.join(', ')} would get another address, by which the running cluster does not let a node in again`, {
    remedy: 'name the nodes\' addresses in loadBalancers.addresses, the quorum node\'s last, so that each keeps its own, or run "haplat down" first (the data stays)',
  });
}

function checkRenewed({ services }: Topology, renew: readonly string[]): void {
  const known = [...new Set(services.flatMap(({ name, component }) => [component, name]))].sort();
  const unknown = renew.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new ConfigError(`--renew: there is no ${unknown}`, { remedy: `use some of ${known.join(', ')}` });
}
