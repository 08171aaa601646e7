import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';

interface Started {
  readonly container: string;
  /** The service, as a person says it. */
  readonly subject: string;
}

/**
 * What the Engine has kept of an earlier run of a container's, its task for instance, can make each start of it fail
 * (seen on 20.10 after an overload); another container has nothing of that. OperationError, which says so.
 */
export async function startContainer(engine: Pick<Engine, 'startContainer'>, { container, subject }: Started): Promise<void> {
  try {
    await engine.startContainer(container);
  } catch (error) {
    if (!(error instanceof OperationError) || error.remedy !== undefined) throw error;
    throw new OperationError(error.message, { cause: error, remedy: `if it fails each time: "haplat up --renew ${subject}" makes the container anew` });
  }
}
