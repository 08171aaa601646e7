import { saysStarting } from '../engine/check-output.ts';
import { labels } from '../engine/labels.ts';
import type { Engine, ObservedContainer } from '../engine/port.ts';
import { fromWallMs } from '../steady-clock.ts';
import type { Watched } from './model.ts';

/** An Engine in a virtual machine has a clock of its own. */
const clockSlackMs = 1000;

/** Sees the project's services. Start times, which only inspections tell, are asked for pods and kept until `forget`. */
export class Watcher {
  readonly #engine: Engine;
  readonly #project: string;
  readonly #startedAtMs = new Map<string, number>();

  constructor(engine: Engine, project: string) {
    this.#engine = engine;
    this.#project = project;
  }

  async look(): Promise<Watched[]> {
    const rows = await this.#engine.listContainers({ project: this.#project });
    const services = rows.map(toWatched).filter((seen) => seen !== undefined);
    const owners = new Set(services.map((seen) => seen.podOwner));
    const isAnyIll = services.some((row) => row.state === 'running' && row.health === 'unhealthy');
    return Promise.all(
      services.map(async (row) => {
        const seen = isAnyIll && row.state === 'running' && row.health !== 'none' ? await this.#judged(row) : row;
        const inPod = seen.podOwner !== undefined || owners.has(seen.service);
        const startedAtMs = inPod && seen.state === 'running' ? await this.#started(seen) : undefined;
        return startedAtMs === undefined ? seen : { ...seen, startedAtMs };
      }),
    );
  }

  /** A container was started or died: what was known of its start is out of date. Without a name: of all. */
  forget(container?: string): void {
    if (container === undefined) this.#startedAtMs.clear();
    else this.#startedAtMs.delete(container);
  }

  /**
   * The list calls unhealthy what was only paused, too; an inspection tells one from the other, who else fails its
   * checks just now, and who is still at work on its start.
   */
  async #judged(seen: Watched): Promise<Watched> {
    const details = await this.#engine.inspectContainer(seen.container);
    if (details?.id !== seen.id) return seen;
    const { state, health, failedChecks } = details;
    return { ...seen, state, health, failedChecks, isStarting: saysStarting(details) };
  }

  async #started(seen: Watched): Promise<number | undefined> {
    const known = this.#startedAtMs.get(seen.container);
    if (known !== undefined) return known;
    const details = await this.#engine.inspectContainer(seen.container);
    if (details?.state !== 'running' || details.startedAt === undefined) return undefined;
    // The clock has been put back since: when it started is not known, and who did so first is not to be told by it.
    if (details.startedAt.getTime() > Date.now() + clockSlackMs) return undefined;
    const startedAtMs = fromWallMs(details.startedAt.getTime());
    this.#startedAtMs.set(seen.container, startedAtMs);
    return startedAtMs;
  }
}

/** Undefined for what is no service of ours (a drill's probe, somebody's own container with our project's label). */
export function toWatched(row: ObservedContainer): Watched | undefined {
  const service = row.labels[labels.service];
  if (service === undefined || service === '' || row.labels[labels.drill] !== undefined) return undefined;
  const podOwner = row.labels[labels.podOwner];
  return {
    service,
    component: row.labels[labels.component] ?? '',
    container: row.name,
    id: row.id,
    state: row.state,
    health: row.health,
    dependsOn: (row.labels[labels.dependsOn] ?? '').split(',').filter((name) => name !== ''),
    ...(podOwner !== undefined && podOwner !== '' && { podOwner }),
  };
}
