import type { ContainerSpec } from '../engine/container-spec.ts';
import type { Engine, ObservedContainer } from '../engine/port.ts';
import { isRouted } from '../topology/balancers.ts';

/**
 * Runs a container's own health check, now: the Engine's may come seconds after it is ready, or, where it was paused, up to
 * a minute. The check is the same.
 */
export async function passesOwnCheck(engine: Engine, { name, healthcheck }: Pick<ContainerSpec, 'name' | 'healthcheck'>): Promise<boolean> {
  try {
    return (await engine.exec(name, healthcheck.command, { timeoutMs: healthcheck.timeoutMs })).exitCode === 0;
  } catch {
    // It may have died between the look and the check; the next look tells.
    return false;
  }
}

/**
 * The same containers, those that the Engine has not judged yet judged by their own check; but not what Traefik sends
 * requests to: it leaves out what the Engine does not call healthy yet, so that its own check does not mean that it serves.
 */
export async function withStartingJudged<C extends ObservedContainer>(
  engine: Engine,
  containers: readonly C[],
  specs: readonly Pick<ContainerSpec, 'name' | 'healthcheck' | 'labels'>[],
): Promise<C[]> {
  const byName = new Map(specs.filter((spec) => !isRouted(spec)).map((spec) => [spec.name, spec]));
  return Promise.all(
    containers.map(async (container) => {
      const spec = byName.get(container.name);
      if (spec === undefined || container.state !== 'running' || container.health !== 'starting') return container;
      return (await passesOwnCheck(engine, spec)) ? { ...container, health: 'healthy' as const } : container;
    }),
  );
}
