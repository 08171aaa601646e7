import { readTrust } from '../certs/trust.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { DrillEvent, DrillInputs } from '../drill/drill.ts';
import { undoneText } from '../drill/heal/faults-in-place.ts';
import { removeLeftBehind, undoAll } from '../drill/heal/heal.ts';
import { defaultRate } from '../drill/probe/default-rate.ts';
import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import { whoIsUnready } from '../observe/readiness.ts';
import { fullName } from '../topology/names.ts';
import { tlsFolder } from '../topology/state-paths.ts';
import { certificateOptions } from './certificate-options.ts';
import { journalOf } from './state/journal.ts';
import { withProjectLock } from './state/lock.ts';
import { lookAhead } from './look-ahead.ts';
import { prepare } from './prepare.ts';
import { requireOwnState } from './state/state-in-use.ts';
import { upWithLock } from './up.ts';

/** What the user may say about drills. */
export type DrillSettings = Pick<
  DrillInputs,
  'objectives' | 'modes' | 'ledgerRate' | 'requestTimeoutMs' | 'holdMs' | 'recoverWithinMs' | 'seed' | 'force'
> & {
  /** Undefined: what the Engine's machine has room for. */
  readonly rate: number | undefined;
};

export interface DrillSurroundings {
  readonly loaded: LoadedConfig;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly onNote: (message: string) => void;
  readonly onEvent: (event: DrillEvent) => void;
}

/** What all drills on this platform are told. */
export type CommonInputs = Omit<DrillInputs, 'fault' | 'runs' | 'acceptOutage'>;

/** Runs drills on the platform that the configuration describes, while nobody else changes it. */
export async function drillPlatform<Result>(
  settings: DrillSettings,
  around: DrillSurroundings,
  run: (inputs: CommonInputs) => Promise<Result>,
): Promise<Result> {
  const { loaded, engine } = around;
  const { config, stateDirectory } = loaded;
  await requireOwnState(loaded, engine);
  const { topology, context: { owner } } = await prepare(loaded, { readOnly: true, engine });
  const image = topology.images.find((one) => one.kind === 'build' && one.recipe === 'runtime')?.reference;
  if (image === undefined || (await engine.inspectImage(image)) === undefined) {
    throw new OperationError(`the image that the probe runs in is missing: ${image ?? 'runtime'}`, { remedy: 'run "haplat up" first' });
  }
  return withProjectLock(loaded, around, async (signal) => {
    // A probe that nobody ended would go on for its whole life, beside ours.
    const left = await removeLeftBehind(engine, config.project);
    if (left.length > 0) around.onNote(`removed what an earlier drill has left running: ${left.join(', ')}`);
    // Nor is another drill under way, as we have the lock. What can't be undone keeps the platform from being steady.
    const { undone } = await undoAll({ engine, ...journalOf(loaded) });
    for (const fault of undone) around.onNote(undoneText(fault));
    return run({
      ...settings,
      rate: settings.rate ?? defaultRate((await engine.info()).cpus),
      mayLowerRate: settings.rate === undefined,
      ...journalOf(loaded),
      ...(undone.length > 0 && { isAfterAnother: true }),
      engine,
      renew: (components) => renewReplicas(loaded, engine, components),
      vip: config.network.vip,
      tlsDirectory: tlsFolder(stateDirectory),
      expected: topology.services,
      unready: () => whoIsUnready(engine, topology.services),
      issueExpired: async () => (await import('../certs/expired-certificate.ts')).issueExpired(certificateOptions(loaded)),
      probe: { image, network: fullName(config.project, 'public'), user: `${owner.uid}:${owner.gid}`, ...(await readTrust(certificateOptions(loaded))) },
      signal,
      onEvent: around.onEvent,
    });
  });
}

/** As `up` does it when something about them has changed; only that nothing has. Not to be interrupted half-way. */
async function renewReplicas(loaded: LoadedConfig, engine: Engine, components: readonly string[]): Promise<void> {
  const { plan } = await lookAhead({ loaded, engine, duringDrill: true });
  if (plan.operations.length > 0) {
    throw new OperationError('the platform is not what the configuration says, and a drill is no time to change that', { remedy: 'run "haplat up" first' });
  }
  const { signal } = new AbortController();
  const ignore = () => undefined;
  await upWithLock({ loaded, engine, signal, renew: components, duringDrill: true, onWarning: ignore, onNote: ignore, onPlan: ignore, onEvent: ignore });
}
