import { messageOf, OperationError } from '../errors.ts';
import { labels } from '../engine/labels.ts';
import type { Engine } from '../engine/port.ts';
import { dropDrillLeases } from '../guardian/lease-client.ts';
import { drivers } from './fault/drivers.ts';
import { faultsInPlace, type FaultInPlace } from './faults-in-place.ts';
import { Journal } from './journal/journal.ts';

export interface HealInputs {
  readonly engine: Engine;
  readonly project: string;
  readonly journalDirectory: string;
}

/**
 * Undoes every fault in the journal, ends drills' leases and removes what drills have left running. Returns what it undid; nothing to do is
 * fine. Rejects with OperationError that names the faults which could not be undone; those stay in the journal.
 */
export async function healAll({ engine, project, journalDirectory }: HealInputs): Promise<FaultInPlace[]> {
  const journal = new Journal(journalDirectory);
  const inPlace = await faultsInPlace({ project, journalDirectory });
  const problems: string[] = [];
  for (const { job } of (await journal.entries()).filter((entry) => entry.job.project === project)) {
    try {
      await drivers[job.fault.kind].heal(job, engine);
      await journal.remove(job.id);
    } catch (error) {
      problems.push(`${job.fault.kind} ${job.fault.targets.join(',')}: ${messageOf(error)}`);
    }
  }
  await dropDrillLeases(engine, project);
  const left = (await engine.listContainers({ project })).filter((one) => one.labels[labels.drill] !== undefined);
  await Promise.all(left.map(({ name }) => engine.removeContainer(name)));
  if (problems.length > 0) throw new OperationError('some faults could not be undone', { details: problems, remedy: 'run `haplat heal` again, or restart their containers' });
  return inPlace;
}
