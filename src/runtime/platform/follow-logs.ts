import { componentOf } from '../engine/identity.ts';
import type { Engine, EngineEvent, LogLine, LogOptions } from '../engine/port.ts';
import { OperationError } from '../errors.ts';

/** A container whose log is read. */
export interface LogSource {
  readonly service: string;
  readonly component: string;
  readonly container: string;
}

export interface FollowOptions {
  readonly engine: Pick<Engine, 'events' | 'logs' | 'inspectContainer'>;
  readonly project: string;
  /** Those that are there. */
  readonly sources: readonly LogSource[];
  readonly isWanted: (source: LogSource) => boolean;
  /** Lines of before, of each. */
  readonly tail: number;
  readonly signal: AbortSignal;
  readonly onLine: (source: LogSource, line: LogLine) => void;
}

/** A container may have written before the Engine says that it started. */
const beforeStartMs = 1000;

/**
 * Lines as they come, until the signal aborts: also of a container that was started again, or that took the place of
 * another, or is new. The Engine ends a log with the process that wrote it. Throws OperationError when the Engine goes.
 */
export async function followLogs(options: FollowOptions): Promise<void> {
  const stop = new AbortController();
  const follower = new Follower(options, AbortSignal.any([options.signal, stop.signal]));
  try {
    await follower.run();
  } finally {
    stop.abort();
  }
}

class Follower {
  readonly #options: FollowOptions;
  readonly #signal: AbortSignal;
  readonly #failure = Promise.withResolvers<never>();
  /** By container: the reading under way, after which the next begins. */
  readonly #reading = new Map<string, Promise<void>>();
  readonly #lastAtMs = new Map<string, number>();

  constructor(options: FollowOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    // After the end nobody waits for it any more.
    this.#failure.promise.catch(() => undefined);
  }

  async run(): Promise<void> {
    await Promise.race([this.#watch(), this.#failure.promise]);
    await Promise.race([Promise.all(this.#reading.values()), this.#failure.promise]);
  }

  async #watch(): Promise<void> {
    const { engine, project, sources, isWanted, tail } = this.#options;
    const onReady = () => {
      for (const source of sources) this.#attach(source, () => ({ tail }));
    };
    for await (const event of engine.events({ project, signal: this.#signal, onReady })) {
      const source = await this.#sourceOf(event);
      if (source !== undefined && isWanted(source)) this.#attach(source, () => ({ since: this.#newSince(source, event.atMs) }));
    }
    if (!this.#signal.aborted) throw new OperationError('the Docker Engine has ended its events', { remedy: 'run it again when it answers' });
  }

  async #sourceOf({ action, service, container }: EngineEvent): Promise<LogSource | undefined> {
    if (action !== 'start') return undefined;
    const details = await this.#options.engine.inspectContainer(container);
    return details && { service, component: componentOf(details), container };
  }

  #newSince({ container }: LogSource, startedAtMs: number): Date {
    const lastAtMs = this.#lastAtMs.get(container);
    return new Date(lastAtMs === undefined ? startedAtMs - beforeStartMs : lastAtMs + 1);
  }

  /** `from` is asked when what came before has been read to its end. */
  #attach(source: LogSource, from: () => LogOptions): void {
    const before = this.#reading.get(source.container) ?? Promise.resolve();
    const reading = before.then(() => this.#read(source, from()));
    reading.catch(this.#failure.reject);
    this.#reading.set(source.container, reading);
  }

  async #read(source: LogSource, from: LogOptions): Promise<void> {
    const { engine, onLine } = this.#options;
    try {
      for await (const line of engine.logs(source.container, { ...from, follow: true, signal: this.#signal })) {
        this.#lastAtMs.set(source.container, line.at.getTime());
        onLine(source, line);
      }
    } catch (error) {
      // A container that is gone by now has no more to say.
      if (!this.#signal.aborted && (await engine.inspectContainer(source.container)) !== undefined) throw error;
    }
  }
}
