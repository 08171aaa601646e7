import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import type { DataVersion } from '../topology/topology.ts';

const readWithinMs = 5000;

interface Asked {
  /** The container that has the data, and is to be replaced. */
  readonly container: string;
  readonly data: DataVersion;
  /** What it is to be replaced with. */
  readonly image: string;
}

/**
 * Whether a new image can read the data that there is: asked before the container that serves it is stopped, as the new
 * one would only fail to start (PostgreSQL: "database files are incompatible with server"). OperationError if it can't;
 * where the data or the image does not tell its version, nothing is said.
 */
export async function checkData(engine: Pick<Engine, 'exec' | 'inspectContainer' | 'inspectImage'>, { container, data, image }: Asked): Promise<void> {
  const wanted = (await engine.inspectImage(image))?.env[data.imageVariable];
  if (wanted === undefined) return;
  const present = await versionOf(engine, container, data.file);
  if (present === undefined || present === wanted) return;
  throw new OperationError(`${image} is ${data.product} ${wanted}, and can't read the data of ${data.product} ${present} that is there`, {
    remedy: `use an image of ${data.product} ${present}; how to take the data to ${wanted} is under Troubleshooting in the README`,
  });
}

async function versionOf(engine: Pick<Engine, 'exec' | 'inspectContainer'>, container: string, file: string): Promise<string | undefined> {
  if ((await engine.inspectContainer(container))?.state !== 'running') return undefined;
  const { exitCode, stdout } = await engine.exec(container, ['cat', file], { timeoutMs: readWithinMs });
  return exitCode === 0 ? stdout.trim() : undefined;
}
