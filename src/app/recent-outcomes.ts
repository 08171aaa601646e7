/** Short, so that an outage that is over is no more in it when somebody looks whether all is well again. */
const windowMs = 3_000;
/** Fewer say nothing of the next one. */
const leastOutcomes = 5;
/** Where little is asked for, fewer come in a window: failures one after the other count if they came within this time. */
const sparseMs = 30_000;

/**
 * Which kinds of work fail: those of which most failed within the last seconds, or each of the last few where there is
 * little of it. Kind by kind, because many reads that work hide that not one write does (a table that somebody has locked,
 * a constraint that somebody has added): however well all is connected, clients are not served.
 */
export class RecentOutcomes {
  readonly #nowMs: () => number;
  readonly #silenceMs: number;
  readonly #kinds = new Map<string, Tally>();

  /** `silenceMs`: after that long without an outcome the last few say nothing any more. */
  constructor({ silenceMs = windowMs, nowMs = () => performance.now() }: { readonly silenceMs?: number; readonly nowMs?: () => number } = {}) {
    this.#nowMs = nowMs;
    this.#silenceMs = silenceMs;
  }

  /** `kind` is of a small set, for each is kept. */
  note(kind: string, isFailure: boolean): void {
    const tally = this.#kinds.get(kind) ?? new Tally();
    this.#kinds.set(kind, tally);
    tally.note(this.#nowMs(), isFailure);
  }

  /** Whether most of all that was asked for failed within the last seconds. */
  get areMostFailing(): boolean {
    const nowMs = this.#nowMs();
    return isMost([...this.#kinds.values()].map((tally) => tally.within(nowMs)));
  }

  /** The kinds that fail now, by name. */
  get failing(): string[] {
    const nowMs = this.#nowMs();
    return [...this.#kinds].filter(([, tally]) => tally.isFailing(nowMs, this.#silenceMs)).map(([kind]) => kind).sort();
  }
}

interface Counts {
  readonly all: number;
  readonly failed: number;
}

function isMost(counts: readonly Counts[]): boolean {
  const sum = (count: keyof Counts) => counts.reduce((total, one) => total + one[count], 0);
  return sum('all') >= leastOutcomes && sum('failed') * 2 > sum('all');
}

/** Whole seconds are counted rather than each outcome kept: there may be thousands in one. */
class Tally {
  readonly #seconds = Array.from({ length: windowMs / 1000 }, () => ({ second: Number.NEGATIVE_INFINITY, all: 0, failed: 0 }));
  /** When the latest failures were, since the last success. */
  #inARowMs: number[] = [];

  note(nowMs: number, isFailure: boolean): void {
    this.#inARowMs = isFailure ? [...this.#inARowMs, nowMs].slice(-leastOutcomes) : [];
    const second = Math.floor(nowMs / 1000);
    const slot = this.#seconds[second % this.#seconds.length];
    if (slot === undefined) return;
    if (slot.second !== second) Object.assign(slot, { second, all: 0, failed: 0 });
    slot.all += 1;
    slot.failed += Number(isFailure);
  }

  isFailing(nowMs: number, silenceMs: number): boolean {
    return isMost([this.within(nowMs)]) || this.#allOfFewFailed(nowMs, silenceMs);
  }

  /** Counts of the last seconds. */
  within(nowMs: number): Counts {
    const oldest = Math.floor(nowMs / 1000) - this.#seconds.length;
    const recent = this.#seconds.filter(({ second }) => second > oldest);
    const sum = (count: keyof Counts) => recent.reduce((total, slot) => total + slot[count], 0);
    return { all: sum('all'), failed: sum('failed') };
  }

  #allOfFewFailed(nowMs: number, silenceMs: number): boolean {
    const [first, last] = [this.#inARowMs[0], this.#inARowMs.at(-1)];
    if (first === undefined || last === undefined || this.#inARowMs.length < leastOutcomes) return false;
    return nowMs - first <= sparseMs && nowMs - last <= silenceMs;
  }
}
