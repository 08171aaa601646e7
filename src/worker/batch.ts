import type { JobMessage } from '../app/jobs/message.ts';
import type { JobState } from '../protocol/job-states.ts';

/** `alone`: the batch did not settle this job. It is to be attempted by itself, so that its failure is its own, and its database may be waited for. */
export type BatchOutcome = 'done' | 'duplicate' | 'alone';

interface Waiting {
  readonly message: JobMessage;
  readonly settle: (outcome: BatchOutcome) => void;
}

/** What became of a job of a batch: `state` is the one that it was found in. */
export interface BatchRow {
  readonly id: string;
  readonly state: JobState;
  readonly done: boolean;
}

/**
 * Does the jobs that come while others are being done together: with that the round trips and the wait for the disk are
 * shared. `carryOut` is given their ids, each once, and returns a row for each that is recorded.
 */
export class Batcher {
  readonly #carryOut: (ids: readonly string[]) => Promise<readonly BatchRow[]>;
  readonly #max: number;
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(carryOut: (ids: readonly string[]) => Promise<readonly BatchRow[]>, max: number) {
    this.#carryOut = carryOut;
    this.#max = max;
  }

  /** Never rejects: what goes wrong for a batch need not for each of its jobs. */
  attempt(message: JobMessage): Promise<BatchOutcome> {
    return new Promise((settle) => {
      this.#waiting.push({ message, settle });
      if (this.#busy) return;
      this.#busy = true;
      // What has arrived with the same packet belongs to the same batch.
      setImmediate(() => void this.#work());
    });
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#max);
      const outcomes = await this.#outcomesOf([...new Set(batch.map(({ message }) => message.jobId))]);
      for (const { message, settle } of batch) settle(outcomes.get(message.jobId) ?? 'alone');
    }
    this.#busy = false;
  }

  async #outcomesOf(ids: readonly string[]): Promise<ReadonlyMap<string, BatchOutcome>> {
    try {
      const rows = await this.#carryOut(ids);
      return new Map(rows.map((row) => [row.id, outcomeOf(row)]));
    } catch {
      return new Map();
    }
  }
}

function outcomeOf({ state, done }: BatchRow): BatchOutcome {
  if (done) return 'done';
  return state === 'done' ? 'duplicate' : 'alone';
}
