import * as z from 'zod';
import { notReady, saysNotReady } from '../engine/check-output.ts';
import type { ContainerDetails, Engine } from '../engine/port.ts';
import { saysWhetherReady } from '../topology/container.ts';
import type { Service } from '../topology/topology.ts';

const readinessSchema = z.object({
  ready: z.boolean().optional(),
  status: z.string(),
  checks: z.record(z.string(), z.string()),
  /** Which requests or jobs, where a check says that they are failing. */
  failing: z.array(z.string()).optional(),
});

/**
 * Of the services that are healthy, those that can't do their work, with what they say is missing. What the Engine keeps of
 * the last check costs nothing to read and may be some seconds old, so a "not ready" in it is asked for again.
 */
export async function readLacking(
  engine: Pick<Engine, 'exec'>,
  services: readonly Service[],
  containers: ReadonlyMap<string, ContainerDetails>,
): Promise<ReadonlyMap<string, string>> {
  const suspects = services.filter(({ container }) => {
    const details = containers.get(container.name);
    return details?.state === 'running' && details.health === 'healthy' && saysNotReady(details);
  });
  return new Map(await askEach(engine, suspects));
}

/**
 * What is worth telling, and nothing to wait for: one kind of request that fails, or jobs that do, may be the fault of these
 * alone, and would keep every `up` and every drill from its work.
 */
const aside: ReadonlySet<string> = new Set(['operations', 'attempts']);

/** Asks all that tell, now: those that can't do their work, with what they lack. */
export async function whoIsUnready(engine: Pick<Engine, 'exec'>, services: readonly Service[]): Promise<string[]> {
  const lacking = await askEach(engine, services.filter(({ container }) => saysWhetherReady(container)), aside);
  return lacking.map(([name, lacks]) => `${name} can't do its work (${lacks})`);
}

/** Names and what they lack, of those that lack something. */
async function askEach(engine: Pick<Engine, 'exec'>, services: readonly Service[], ignored?: ReadonlySet<string>): Promise<[name: string, lacks: string][]> {
  const asked = await Promise.all(services.map(async ({ name, container }) => ({ name, lacks: (await whatIsLacking(engine, container, ignored)) ?? '' })));
  return asked.filter(({ lacks }) => lacks !== '').map(({ name, lacks }) => [name, lacks]);
}

/** What a container's own check, run now, says that it has to wait for; '' for nothing, undefined if it fails. */
export const whatIsToBeAwaited = (engine: Pick<Engine, 'exec'>, container: Service['container']): Promise<string | undefined> => whatIsLacking(engine, container, aside);

/** What a container's own check, run now, says is missing for it to do its work; '' for nothing, undefined if it fails. */
async function whatIsLacking(engine: Pick<Engine, 'exec'>, { name, healthcheck }: Service['container'], ignored?: ReadonlySet<string>): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await engine.exec(name, healthcheck.command, { timeoutMs: healthcheck.timeoutMs });
    if (exitCode !== 0) return undefined;
    return stdout.startsWith(notReady) ? describeReadiness(stdout.slice(notReady.length), ignored) : '';
  } catch {
    // It may have died just now, which the next look tells.
    return undefined;
  }
}

/**
 * `unavailable: database down`, or `degraded: operations failing: POST /items`, from the body of /readyz; the body itself where
 * it is something else. Empty where the process does its work but for checks that are ignored.
 */
export function describeReadiness(body: string, ignored: ReadonlySet<string> = new Set()): string {
  const text = body.trim();
  const parsed = readinessSchema.safeParse(parseJson(text));
  if (!parsed.success) return text;
  const { ready, status, checks, failing = [] } = parsed.data;
  const lacking = Object.entries(checks).filter(([, state]) => state !== 'up');
  if (ready === true && lacking.length > 0 && lacking.every(([name]) => ignored.has(name))) return '';
  const missing = lacking.map(([name, state]) => `${name} ${state}`);
  return [status, missing.join(', '), failing.join(', ')].filter((part) => part !== '').join(': ');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
