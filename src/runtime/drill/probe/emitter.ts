import type { BusyWindow, ProbeMode } from '../judge/history.ts';
import { rounded } from './rounded.ts';
import type { ProbeLine, SampleTuple } from './lines.ts';

const flushEachMs = 50;
/** The Engine cuts a log's lines at 16 KiB, so ours stay well below. */
const samplesALine = 100;

/** Writes the probe's lines; samples are gathered for a moment so that a line costs little. */
export class Emitter {
  /** The start, in epoch milliseconds: what the samples' times are counted from. */
  readonly originMs: number;
  readonly #out: { write(line: string): unknown };
  readonly #pending = new Map<ProbeMode, SampleTuple[]>();
  readonly #timer: NodeJS.Timeout;

  constructor(out: { write(line: string): unknown }, originMs: number) {
    this.#out = out;
    this.originMs = originMs;
    this.#timer = setInterval(() => {
      this.flush();
    }, flushEachMs);
    this.line({ type: 'start', at: originMs });
  }

  line(line: ProbeLine): void {
    this.#out.write(`${JSON.stringify(line)}\n`);
  }

  sample(mode: ProbeMode, times: readonly [number, number, number], status: number, error: string, servedBy: string): void {
    const [due, start, end] = times.map((time) => rounded(time - this.originMs));
    const samples = this.#pending.get(mode) ?? [];
    samples.push([due ?? 0, start ?? 0, end ?? 0, status, error, servedBy]);
    this.#pending.set(mode, samples);
  }

  busy({ fromMs, toMs, share }: BusyWindow): void {
    this.line({ type: 'busy', fromMs: rounded(fromMs - this.originMs), toMs: rounded(toMs - this.originMs), share: Math.round(share * 1000) / 1000 });
  }

  flush(): void {
    for (const [mode, samples] of this.#pending) {
      for (let from = 0; from < samples.length; from += samplesALine) {
        this.line({ type: 'samples', mode, samples: samples.slice(from, from + samplesALine) });
      }
    }
    this.#pending.clear();
  }

  close(): void {
    clearInterval(this.#timer);
    this.flush();
  }
}
