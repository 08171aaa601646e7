import { describeJob } from '../fault/describe.ts';
import { drivers } from '../fault/drivers.ts';
import type { FaultKind } from '../fault/fault.ts';
import { Journal, type JournalEntry } from './journal.ts';

/** A fault that is in place. Its fields are what `heal --json` says of it; `inWords` is for people. */
export class FaultInPlace {
  readonly id: string;
  readonly kind: FaultKind;
  /** The services that it hits. */
  readonly targets: readonly string[];
  /** When it was written down, in ISO 8601. */
  readonly at: string;
  readonly #inWords: string;

  constructor({ at, job }: JournalEntry) {
    this.id = job.id;
    this.kind = job.fault.kind;
    this.targets = job.victims.map(({ service }) => service);
    this.at = at;
    this.#inWords = describeJob(job);
  }

  /** `partition app_1, app_2 from db`. */
  get inWords(): string {
    return this.#inWords;
  }
}

/**
 * The faults that a drill has left, or that one under way has in place just now. One that is over at once is not among
 * them: whoever it ended is seen to be down. Rejects with OperationError when the journal can't be read.
 */
export async function faultsInPlace({ project, journalDirectory }: { readonly project: string; readonly journalDirectory: string }): Promise<FaultInPlace[]> {
  const entries = await new Journal(journalDirectory).entries();
  return entries.filter(({ job }) => job.project === project && drivers[job.fault.kind].lasts).map((entry) => new FaultInPlace(entry));
}

/** What is said when one that a drill has left is undone on the way. */
export function undoneText({ inWords }: FaultInPlace): string {
  return `undone: ${inWords}, left by a drill`;
}
