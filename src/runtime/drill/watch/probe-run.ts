import { messageOf, OperationError } from '../../errors.ts';
import type { ContainerSpec } from '../../engine/container-spec.ts';
import type { Engine } from '../../engine/port.ts';
import { urgentCpuShares } from '../../topology/container.ts';
import { Changes } from './changes.ts';
import { drillContainer } from '../drill-container.ts';
import type { BusyWindow, LedgerEntry, Sample } from '../judge/history.ts';
import { probeLineSchema } from '../probe/lines.ts';
import type { ProbeLine } from '../probe/lines.ts';
import { probeCommand } from '../probe/options.ts';
import type { ProbeOptionsInput } from '../probe/options.ts';

/** How the probe's container is made. */
export interface ProbeContainer {
  /** A reference of the image whose entry point is haplat. */
  readonly image: string;
  /** The public network's full name. */
  readonly network: string;
  /** The certificates to trust, as PEM text; public data. */
  readonly ca: string;
  /** The name that the certificate in use is for; undefined: the address. */
  readonly serverName?: string;
  /** `uid:gid`; the probe needs no rights at all. */
  readonly user: string;
}

const memoryLimitMiB = 256;
/** Of a run that ends before its time: whoever has pressed Ctrl-C waits for it. */
const tidyWithinMs = 5000;

/** A probe in a container of its own: started, followed, ended, removed. */
export class ProbeRun {
  readonly samples: Sample[] = [];
  readonly ledger: LedgerEntry[] = [];
  readonly busy: BusyWindow[] = [];
  readonly #engine: Engine;
  readonly #name: string;
  readonly #stop = new AbortController();
  readonly #onSamples: (samples: readonly Sample[]) => void;
  readonly #changes = new Changes();
  readonly #otherOutput: string[] = [];
  #following: Promise<void> = Promise.resolve();
  #originMs = 0;
  #lastWrittenMs = -Infinity;
  #isStarted = false;
  #ended = false;
  /** Whether it has told all: it may also end without. */
  #isComplete = false;

  constructor(engine: Engine, name: string, onSamples: (samples: readonly Sample[]) => void) {
    this.#engine = engine;
    this.#name = name;
    this.#onSamples = onSamples;
  }

  /** When the latest of the writes that were acknowledged whole was begun; long ago where none was. */
  get lastWrittenMs(): number {
    return this.#lastWrittenMs;
  }

  async start(project: string, container: ProbeContainer, options: ProbeOptionsInput): Promise<void> {
    await this.#engine.createContainer(specOf(this.#name, project, container, options));
    await this.#engine.startContainer(this.#name);
    this.#isStarted = true;
    this.#following = this.#follow().catch((error: unknown) => {
      this.#otherOutput.push(messageOf(error));
    }).finally(() => {
      this.#ended = true;
      this.#changes.tell();
    });
  }

  /** Waits until `isEnough` says so. False when time is up; OperationError when the probe has ended before. */
  async until(isEnough: () => boolean, withinMs: number, signal: AbortSignal): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    while (!isEnough()) {
      if (this.#ended) throw new OperationError('the probe ended by itself', { details: this.#otherOutput.slice(-10) });
      if (performance.now() >= deadline) return false;
      await this.#changes.next(deadline - performance.now(), signal);
    }
    return true;
  }

  /** Ends the load and waits for the ledger's look-ups. False when they were not there in time. */
  async end(withinMs: number, signal: AbortSignal): Promise<boolean> {
    await this.#engine.killContainer(this.#name, { signal: 'SIGTERM' });
    const deadline = performance.now() + withinMs;
    while (!this.#ended && performance.now() < deadline) await this.#changes.next(deadline - performance.now(), signal);
    return this.#isComplete;
  }

  /**
   * Ends it, whatever it is doing, and removes it; what it has written goes too, as far as that takes but a moment. Safe at
   * any time, also when nothing was started.
   */
  async remove(): Promise<void> {
    if (this.#isStarted && !this.#ended) await this.end(tidyWithinMs, AbortSignal.timeout(tidyWithinMs)).catch(() => undefined);
    this.#stop.abort();
    await this.#engine.removeContainer(this.#name);
    await this.#following;
  }

  async #follow(): Promise<void> {
    for await (const { stream, text } of this.#engine.logs(this.#name, { follow: true, signal: this.#stop.signal })) {
      if (stream === 'stdout' && text.startsWith('{')) this.#take(probeLineSchema.parse(JSON.parse(text)));
      else this.#otherOutput.push(text);
      this.#changes.tell();
    }
  }

  #take(line: ProbeLine): void {
    switch (line.type) {
      case 'start':
        this.#originMs = line.at;
        break;
      case 'samples': {
        const samples = line.samples.map(([due, start, end, , error]) => ({
          mode: line.mode,
          dueMs: this.#originMs + due,
          startMs: this.#originMs + start,
          endMs: this.#originMs + end,
          ok: error === '',
          error,
        }));
        this.samples.push(...samples);
        this.#onSamples(samples);
        break;
      }
      case 'busy':
        this.busy.push({ fromMs: this.#originMs + line.fromMs, toMs: this.#originMs + line.toMs, share: line.share });
        break;
      case 'written':
        this.#lastWrittenMs = Math.max(this.#lastWrittenMs, this.#originMs + line.atMs);
        break;
      case 'settling':
        break;
      case 'ledger':
        this.ledger.push({ ...line.record, atMs: this.#originMs + line.record.atMs });
        break;
      case 'end':
        this.#isComplete = true;
    }
  }
}

function specOf(name: string, project: string, container: ProbeContainer, options: ProbeOptionsInput): ContainerSpec {
  return drillContainer(project, 'probe', {
    name,
    hostname: 'probe',
    image: container.image,
    command: probeCommand(options),
    env: { HAPLAT_PROBE_CA: container.ca },
    user: container.user,
    networks: [{ network: container.network, aliases: [] }],
    mounts: [{ kind: 'tmpfs', target: '/tmp', sizeMiB: 16, mode: 0o1777 }],
    memoryLimitMiB,
    pidsLimit: 64,
    // Clients have machines of their own: what the probe waits for a processor would pass for the platform's downtime.
    cpuShares: urgentCpuShares,
  });
}
