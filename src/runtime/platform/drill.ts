import { readFile } from 'node:fs/promises';
import type { LoadedConfig } from '../config/load-config.ts';
import type { DrillEvent, DrillResult } from '../drill/drill.ts';
import type { Fault } from '../drill/fault/fault.ts';
import type { Objectives } from '../drill/judge/judge-run.ts';
import type { ProbeMode } from '../drill/probe/options.ts';
import { runDrill } from '../drill/run-drill.ts';
import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import { fullName } from '../topology/names.ts';
import { readCertificates } from './certificates.ts';
import { journalOf } from './journal.ts';
import { withProjectLock } from './lock.ts';
import { containerOwner, prepare } from './prepare.ts';

/** What the user may say about a drill. */
export interface DrillRequest {
  readonly fault: Fault;
  readonly objectives: Objectives;
  readonly runs: number;
  readonly rate: number;
  readonly modes: readonly ProbeMode[];
  readonly ledgerRate: number;
  readonly requestTimeoutMs: number;
  readonly holdMs: number;
  readonly recoverWithinMs: number;
  readonly seed: number;
  readonly force: boolean;
  readonly acceptOutage: boolean;
}

export interface DrillSurroundings {
  readonly loaded: LoadedConfig;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly onNote: (message: string) => void;
  readonly onEvent: (event: DrillEvent) => void;
}

/** Runs a drill on the platform that the configuration describes, while nobody else changes it. */
export async function drillPlatform(request: DrillRequest, around: DrillSurroundings): Promise<DrillResult> {
  const { loaded, engine, signal } = around;
  const { config, stateDirectory } = loaded;
  const { topology } = await prepare(loaded, { readOnly: true });
  const image = topology.images.find((one) => one.kind === 'build' && one.recipe === 'runtime')?.reference;
  if (image === undefined || (await engine.inspectImage(image)) === undefined) {
    throw new OperationError(`the image that the probe runs in is missing: ${image ?? 'runtime'}`, { remedy: 'run "haplat up" first' });
  }
  const { uid, gid } = containerOwner();
  const lock = {
    timeoutMs: config.timeouts.lockMs,
    signal,
    onWait: () => { around.onNote('another haplat is changing this project; waiting for it to end'); },
  };
  return withProjectLock(stateDirectory, lock, async () =>
    runDrill({
      ...request,
      engine,
      ...journalOf(loaded),
      vip: config.network.vip,
      probe: { image, network: fullName(config.project, 'public'), ca: await trustedCertificates(loaded), user: `${uid}:${gid}` },
      signal,
      onEvent: around.onEvent,
    }),
  );
}

/** Our authority, or the user's own certificate with its chain. */
async function trustedCertificates(loaded: LoadedConfig): Promise<string> {
  const certificates = await readCertificates(loaded);
  const trusted = loaded.config.certificates.certFile ?? certificates.find((one) => one.file.endsWith('ca.crt'))?.file;
  if (trusted === undefined) {
    throw new OperationError('there is no certificate that the probe could trust', { remedy: 'run "haplat up" first' });
  }
  return readFile(trusted, 'utf8');
}
