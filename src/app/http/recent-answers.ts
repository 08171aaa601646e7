/** Short, so that an outage that is over is no more in it when somebody looks whether all is well again. */
const windowS = 3;
/** Fewer say nothing of the next one. */
const leastAnswers = 5;

/** What the server failed to do, told by its own fault or that of what it depends on: not a method that nobody knows (501). */
const failures: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/**
 * Whether most answers of the last seconds were failures of the server: whatever the cause is (a table that somebody has
 * locked, a constraint that somebody has added), clients are not served, however well all is connected.
 */
export class RecentAnswers {
  readonly #nowMs: () => number;
  readonly #seconds = Array.from({ length: windowS }, () => ({ second: Number.NEGATIVE_INFINITY, all: 0, failed: 0 }));

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  note(status: number): void {
    const second = Math.floor(this.#nowMs() / 1000);
    const slot = this.#seconds[second % windowS];
    if (slot === undefined) return;
    if (slot.second !== second) Object.assign(slot, { second, all: 0, failed: 0 });
    slot.all += 1;
    slot.failed += Number(failures.has(status));
  }

  get areFailing(): boolean {
    const oldest = Math.floor(this.#nowMs() / 1000) - windowS;
    const recent = this.#seconds.filter(({ second }) => second > oldest);
    const sum = (count: 'all' | 'failed') => recent.reduce((total, slot) => total + slot[count], 0);
    return sum('all') >= leastAnswers && sum('failed') * 2 > sum('all');
  }
}
