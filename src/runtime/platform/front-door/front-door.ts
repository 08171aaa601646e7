import { readTrust } from '../../certs/trust.ts';
import type { LoadedConfig } from '../../config/load-config.ts';
import type { Engine } from '../../engine/port.ts';
import { OperationError } from '../../errors.ts';
import type { FrontDoorProblem } from '../../status/judge-status.ts';
import { waitFor } from '../../wait-until.ts';
import { certificateOptions } from '../certificate-options.ts';
import { frontDoorProblem } from './front-door-problem.ts';
import { isHere } from '../this-machine.ts';

const withinMs = 15_000;
const pollMs = 300;

/** What clients on the Engine's machine find wrong, if this is it. Where there is no certificate yet, nobody can be asked. */
export async function frontDoorOf(loaded: LoadedConfig, engine: Pick<Engine, 'socketPath'>): Promise<FrontDoorProblem | undefined> {
  if (!isHere(engine)) return undefined;
  const trust = await readTrust(certificateOptions(loaded)).catch(() => undefined);
  return trust && frontDoorProblem(loaded.config, trust);
}

/** Waits until clients get answers where `up` says that they do. OperationError on the deadline. */
export async function awaitFrontDoor(loaded: LoadedConfig, engine: Pick<Engine, 'socketPath'>, signal: AbortSignal): Promise<void> {
  let problem: FrontDoorProblem | undefined;
  const isOpen = await waitFor(async () => {
    problem = await frontDoorOf(loaded, engine);
    return problem === undefined;
  }, { timeoutMs: withinMs, pollMs, signal });
  if (!isOpen) throw new OperationError(problem?.what ?? '', { remedy: problem?.remedy ?? '' });
}
