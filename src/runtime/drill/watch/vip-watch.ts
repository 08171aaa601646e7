import { messageOf } from '../../errors.ts';
import type { Engine, EngineEvent } from '../../engine/port.ts';
import type { EngineWatch } from './engine-watch.ts';
import type { HolderChange } from '../judge/history.ts';

/** How long what may never come is waited for. */
export interface WatchPatience {
  /** For a watch to end when it is told to. */
  readonly stopWithinMs: number;
  /** For the Engine to tell of a death: until then a dead node counts as running. */
  readonly deathIsToldWithinMs: number;
}
const patienceByDefault: WatchPatience = { stopWithinMs: 5000, deathIsToldWithinMs: 5000 };
const againMs = 200;
/** One that began less before the end has seen nothing that matters. */
const startsWithinMs = 2000;

/*
 * The kernel tells of each change of an address; nothing is polled. First the subscription, then what there is: a change
 * between the two is seen twice rather than not at all.
 */
const script = `export TZ=UTC
timeout "$2" ip -4 -o -ts monitor address & monitor=$!
printf '%s' "$monitor" >"/run/$1.pid"
now=$EPOCHREALTIME
printf '[%(%Y-%m-%dT%H:%M:%S)T.%s] ' "\${now%.*}" "\${now#*.}"
ip -4 -o address show to "$0" || true
printf '\\n'
wait "$monitor"`;
const stopScript = 'read -r pid <"/run/$0.pid"; kill "$pid"; rm -f "/run/$0.pid"';

export interface Watched {
  readonly vip: string;
  readonly id: string;
  /** Service name → container name. */
  readonly nodes: ReadonlyMap<string, string>;
  /** Ends by itself after so long when nobody ends it. */
  readonly lifeMs: number;
}

/** Watches every node's interfaces for the virtual address, across the node's deaths, until it is ended. */
export class VipWatch {
  readonly #engine: Engine;
  readonly #vip: string;
  readonly #lifeMs: number;
  readonly #id: string;
  readonly #nodes: ReadonlyMap<string, string>;
  readonly #patience: WatchPatience;
  readonly #stopping = new AbortController();
  readonly #givingUp = new AbortController();
  #endedAtMs = Infinity;
  readonly #watching: Promise<HolderChange[]>[];
  readonly problems: string[] = [];

  constructor(engine: Engine, events: EngineWatch, { vip, id, nodes, lifeMs }: Watched, patience = patienceByDefault) {
    this.#engine = engine;
    this.#patience = patience;
    this.#vip = vip;
    this.#lifeMs = lifeMs;
    this.#id = `haplat-watch-${id}`;
    this.#nodes = nodes;
    this.#watching = [...nodes].map(([node, container]) => this.#watch(events, node, container));
  }

  /** Ends the watch and returns what was seen, oldest first. */
  async end(): Promise<HolderChange[]> {
    if (!this.#isEnding()) this.#endedAtMs = performance.now();
    this.#stopping.abort();
    await Promise.all([...this.#nodes.values()].map((container) => this.#stop(container)));
    // One that was only just starting, or is frozen, was not told. What it has seen is lost then, and it ends by itself.
    const giveUp = setTimeout(() => { this.#givingUp.abort(); }, this.#patience.stopWithinMs);
    giveUp.unref();
    return (await Promise.all(this.#watching)).flat().toSorted((a, b) => a.atMs - b.atMs);
  }

  async #watch(events: EngineWatch, node: string, container: string): Promise<HolderChange[]> {
    const changes: HolderChange[] = [];
    while (!this.#isEnding()) {
      const sinceMs = events.engineNowMs();
      const beganMs = performance.now();
      try {
        const command = ['bash', '-c', script, this.#vip, this.#id, String(Math.ceil(this.#lifeMs / 1000))];
        const { stdout } = await this.#engine.exec(container, command, { timeoutMs: this.#lifeMs, signal: this.#givingUp.signal });
        changes.push(...parseAddressLog(node, this.#vip, stdout));
      } catch (error) {
        // A node that is down is watched again when it is back; one that runs and can't be watched is told about.
        const isUnwatched = (await this.#isRunning(container)) && !(await this.#wasDown(events, container, sinceMs));
        if (isUnwatched && !this.#isEnding()) this.problems.push(`${node}: ${messageOf(error)}`);
        // What it had seen by then is lost with it.
        else if (this.#givingUp.signal.aborted && this.#endedAtMs - beganMs > startsWithinMs) this.problems.push(`${node}: its watch could not be ended`);
      }
      if (this.#isEnding()) break;
      await events.changed(againMs, this.#stopping.signal).catch(() => undefined);
    }
    // The Engine may tell of a death later than the watch ends by it: all are known only now.
    const deaths = events.events.filter((event) => event.container === container && event.action === 'die');
    return [...changes, ...deaths.map(({ atMs }) => ({ node, atMs, holds: false }))];
  }

  #isEnding(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #stop(container: string): Promise<void> {
    await this.#engine
      .exec(container, ['bash', '-c', stopScript, this.#id], { timeoutMs: this.#patience.stopWithinMs })
      .catch(() => undefined);
  }

  /** Whether it has died since, or has only just been started: the Engine's restart is quicker than our second look. */
  async #wasDown(events: EngineWatch, container: string, sinceMs: number): Promise<boolean> {
    const tells = (event: EngineEvent) => event.container === container && ['die', 'start'].includes(event.action) && event.atMs >= sinceMs;
    return (await events.find(tells, this.#patience.deathIsToldWithinMs, this.#stopping.signal).catch(() => undefined)) !== undefined;
  }

  async #isRunning(container: string): Promise<boolean> {
    return (await this.#engine.inspectContainer(container).catch(() => undefined))?.state === 'running';
  }
}

/** Reads `[2026-01-02T03:04:05.678901] Deleted 2: eth0 inet 172.20.0.100/16 …`: one line a change. */
export function parseAddressLog(node: string, vip: string, text: string): HolderChange[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\[(?<at>[^\]]+)\] *(?<deleted>Deleted )?\d+: \S+ +inet (?<address>[\d.]+)\//.exec(line);
    if (match?.groups?.['address'] !== vip) return [];
    return [{ node, atMs: toMs(match.groups['at'] ?? ''), holds: match.groups['deleted'] === undefined }];
  });
}

/** A UTC time with microseconds, to a fraction of a millisecond. */
function toMs(text: string): number {
  const [seconds = '', fraction = '0'] = text.split('.');
  return Date.parse(`${seconds}Z`) + Number(`0.${fraction}`) * 1000;
}
