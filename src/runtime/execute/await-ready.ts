import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import { whatIsToBeAwaited } from '../observe/readiness.ts';
import { saysWhetherReady } from '../topology/container.ts';
import type { Service, Topology } from '../topology/topology.ts';
import { waitUntil } from '../wait-until.ts';

const pollMs = 300;
/** Database and broker are healthy by then: what is left is a connection. */
const readyWithinMs = 20_000;

type Named = Pick<Service, 'name' | 'container'>;

interface AwaitOptions {
  readonly signal: AbortSignal;
  readonly report?: (text: string) => void;
}

/**
 * Waits until a service can do its work, if its check tells. That it lives says nothing of it: a replica whose password the
 * database refuses is healthy, so that it is not restarted, and answers every request with an error. OperationError, with
 * what it says is missing, on the deadline.
 */
export async function awaitReady(engine: Pick<Engine, 'exec'>, { name, container }: Named, { signal, report }: AwaitOptions): Promise<void> {
  if (!saysWhetherReady(container)) return;
  let said = 'it does not answer';
  const isReady = await waitUntil(async () => {
    const lacks = await whatIsToBeAwaited(engine, container);
    if (lacks === '') return true;
    said = lacks ?? said;
    report?.(`waiting, ${said}`);
    return undefined;
  }, { timeoutMs: readyWithinMs, pollMs, signal });
  if (isReady === undefined) {
    throw new OperationError(`${name} runs and can't do its work: ${said}`, {
      remedy: `look at "haplat logs ${name}"; what it may lack is under Troubleshooting in the README`,
    });
  }
}

/** `awaitReady` of all at once. */
export async function awaitAllReady(engine: Pick<Engine, 'exec'>, { services }: Topology, options: AwaitOptions): Promise<void> {
  await Promise.all(services.map((service) => awaitReady(engine, service, options)));
}
