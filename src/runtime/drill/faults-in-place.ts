import { drivers } from './fault/drivers.ts';
import { Journal, type JournalEntry } from './journal/journal.ts';

/** A fault that is in place, for people. */
export interface FaultInPlace {
  readonly id: string;
  readonly kind: string;
  readonly targets: readonly string[];
  readonly at: string;
}

/**
 * The faults that a drill has left, or that one under way has in place just now. One that is over at once is not among
 * them: whoever it ended is seen to be down.
 */
export async function faultsInPlace({ project, journalDirectory }: { readonly project: string; readonly journalDirectory: string }): Promise<FaultInPlace[]> {
  const entries = await new Journal(journalDirectory).entries();
  return entries.filter(({ job }) => job.project === project && drivers[job.fault.kind].lasts).map(inPlace);
}

/** What is said when one that a drill has left is undone on the way. */
export function undoneText({ kind, targets }: FaultInPlace): string {
  return `undone: ${kind} ${targets.join(', ')}, left by a drill`;
}

export function inPlace({ at, job }: JournalEntry): FaultInPlace {
  return { id: job.id, kind: job.fault.kind, targets: job.victims.map(({ service }) => service), at };
}
