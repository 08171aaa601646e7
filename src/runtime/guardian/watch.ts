import { saysStarting } from '../engine/check-output.ts';
import { componentOf, dependenciesOf, isOfDrill, podOwnerOf, serviceOf } from '../engine/identity.ts';
import type { ContainerDetails, Engine, ObservedContainer } from '../engine/port.ts';
import { OperationError } from '../errors.ts';
import { fromWallMs } from '../steady-clock.ts';
import type { Attempts } from './attempts.ts';
import { inTime } from './link.ts';
import type { Watched } from './model.ts';

/** An Engine in a virtual machine has a clock of its own. */
const clockSlackMs = 1000;

interface WatchOptions {
  /** An inspection waits for whoever changes its container, a list for nobody. */
  readonly inspectWithinMs?: number;
  readonly wallNowMs?: () => number;
}

/** The Engine that is asked now. */
interface Link {
  readonly engine: Pick<Engine, 'listContainers' | 'inspectContainer'>;
}

/**
 * Sees the project's services. Start times, which only inspections tell, are asked for pods and kept until `forget`. Who
 * can't be inspected is seen as the list shows it, and does not hide the others.
 */
export class Watcher {
  readonly #link: Link;
  readonly #project: string;
  readonly #attempts: Attempts;
  readonly #inspectWithinMs: number;
  readonly #wallNowMs: () => number;
  /** Undefined: it is not to be known. */
  readonly #startedAtMs = new Map<string, number | undefined>();
  readonly #misdated = new Set<string>();
  readonly #unanswered = new Map<string, Promise<unknown>>();

  constructor(link: Link, project: string, attempts: Attempts, { inspectWithinMs = 2000, wallNowMs = Date.now }: WatchOptions = {}) {
    this.#link = link;
    this.#project = project;
    this.#attempts = attempts;
    this.#inspectWithinMs = inspectWithinMs;
    this.#wallNowMs = wallNowMs;
  }

  /** Rejects when the list does not come in time. */
  async look(): Promise<Watched[]> {
    const rows = await inTime('list', this.#link.engine.listContainers({ project: this.#project }));
    const services = rows.map(toWatched).filter((seen) => seen !== undefined);
    const owners = new Set(services.map((seen) => seen.podOwner));
    const isAnyIll = services.some((row) => row.state === 'running' && row.health === 'unhealthy');
    return Promise.all(
      services.map(async (row) => {
        if (row.state !== 'running') return row;
        const isInPod = row.podOwner !== undefined || owners.has(row.service);
        const isJudged = isAnyIll && row.health !== 'none';
        const isDated = isInPod && !this.#startedAtMs.has(row.container);
        const seen = isJudged || isDated ? await this.#inspected(row, isJudged) : row;
        const startedAtMs = isInPod && seen.state === 'running' ? this.#startedAtMs.get(row.container) : undefined;
        return startedAtMs === undefined ? seen : { ...seen, startedAtMs };
      }),
    );
  }

  /** A container was started or died: what was known of its start is out of date. Without a name: of all. */
  forget(container?: string): void {
    if (container !== undefined) {
      this.#startedAtMs.delete(container);
      return;
    }
    this.#startedAtMs.clear();
    this.#unanswered.clear();
  }

  /**
   * The list calls unhealthy what was only paused, too; an inspection tells one from the other, who else fails its
   * checks just now, and who is still at work on its start. Who can't be inspected gets the benefit of the doubt.
   */
  async #inspected(seen: Watched, isJudged: boolean): Promise<Watched> {
    const answer = await this.#attempts.make('not-inspected', () => this.#inspect(seen.container), { service: seen.service });
    if (answer === undefined) return { ...seen, isStarting: true };
    const { details } = answer;
    if (details?.id !== seen.id) return seen;
    this.#noteStart(seen.container, details);
    if (!isJudged) return seen;
    const { state, health, failedChecks } = details;
    return { ...seen, state, health, failedChecks, isStarting: saysStarting(details) };
  }

  async #inspect(container: string): Promise<{ readonly details: ContainerDetails | undefined }> {
    // Each request that hangs holds a place in the proxy.
    if (this.#unanswered.has(container)) throw new OperationError(`inspect ${container}: no answer yet`);
    const answer = this.#link.engine.inspectContainer(container);
    const answered = () => { if (this.#unanswered.get(container) === answer) this.#unanswered.delete(container); };
    this.#unanswered.set(container, answer);
    void answer.then(answered, answered);
    return { details: await inTime(`inspect ${container}`, answer, this.#inspectWithinMs) };
  }

  #noteStart(container: string, { id, state, startedAt }: ContainerDetails): void {
    if (state !== 'running' || startedAt === undefined) return;
    // A start in the future means that the clock was set back since: that time tells nothing of who started first, and
    // never will, not even when the clock has passed it.
    const start = `${id} ${startedAt.getTime()}`;
    if (startedAt.getTime() > this.#wallNowMs() + clockSlackMs) this.#misdated.add(start);
    this.#startedAtMs.set(container, this.#misdated.has(start) ? undefined : fromWallMs(startedAt.getTime()));
  }
}

/** Undefined for what is no service of ours (a drill's probe, somebody's own container with our project's label). */
function toWatched(row: ObservedContainer): Watched | undefined {
  const service = serviceOf(row);
  if (service === undefined || isOfDrill(row)) return undefined;
  const podOwner = podOwnerOf(row);
  return {
    service,
    component: componentOf(row),
    container: row.name,
    id: row.id,
    state: row.state,
    health: row.health,
    dependsOn: dependenciesOf(row),
    ...(podOwner !== undefined && { podOwner }),
  };
}
