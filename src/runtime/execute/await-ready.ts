import { getInside } from '../engine/get-inside.ts';
import type { Engine } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import { describeReadiness } from '../status/readiness.ts';
import { ports } from '../topology/ports.ts';
import type { Topology } from '../topology/topology.ts';
import { waitUntil } from '../wait-until.ts';

const execTimeoutMs = 5000;
const pollMs = 300;
/** Database and broker are healthy by then: what is left is a connection. */
const readyWithinMs = 20_000;

/**
 * Waits until each replica of the API can do its work. That it lives says nothing of it: a replica whose password the
 * database refuses is healthy, so that it is not restarted, and answers every request with an error. OperationError,
 * with what the replica says is missing, on the deadline.
 */
export async function awaitReady(engine: Pick<Engine, 'exec'>, topology: Topology, signal: AbortSignal): Promise<void> {
  const replicas = topology.services.filter(({ component }) => component === 'app');
  await Promise.all(
    replicas.map(async ({ name, container }) => {
      let said = 'it does not answer';
      const isReady = await waitUntil(async () => {
        const answer = await getInside(engine, container.name, { port: ports.api, path: '/readyz', timeoutMs: execTimeoutMs });
        if (answer?.status === 200) return true;
        if (answer !== undefined) said = describeReadiness(answer.body);
        return undefined;
      }, { timeoutMs: readyWithinMs, pollMs, signal });
      if (isReady === undefined) {
        throw new OperationError(`${name} runs and can't do its work: ${said}`, {
          remedy: `look at "haplat logs ${name}"; a password that no longer fits the data is under Troubleshooting in the README`,
        });
      }
    }),
  );
}
