import type { LoadedConfig } from '../config/load-config.ts';
import { OperationError } from '../errors.ts';
import { frontDoorProblem, type FrontDoorProblem } from '../status/front-door.ts';
import { waitUntil } from '../wait-until.ts';
import { trustOfClients } from './certificates.ts';

const withinMs = 15_000;
const pollMs = 300;

/** What clients on this machine find wrong. Where there is no certificate yet, there is nobody to ask either. */
export async function frontDoorOf(loaded: LoadedConfig): Promise<FrontDoorProblem | undefined> {
  const trust = await trustOfClients(loaded).catch(() => undefined);
  return trust && frontDoorProblem(loaded.config, trust);
}

/** Waits until clients get answers where `up` says that they do. OperationError on the deadline. */
export async function awaitFrontDoor(loaded: LoadedConfig, signal: AbortSignal): Promise<void> {
  let problem: FrontDoorProblem | undefined;
  const isOpen = await waitUntil(async () => {
    problem = await frontDoorOf(loaded);
    return problem === undefined ? true : undefined;
  }, { timeoutMs: withinMs, pollMs, signal });
  if (isOpen === undefined) throw new OperationError(problem?.what ?? '', { remedy: problem?.remedy ?? '' });
}
