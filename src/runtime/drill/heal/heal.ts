import { isOfDrill } from '../../engine/identity.ts';
import { messageOf, OperationError } from '../../errors.ts';
import type { Engine } from '../../engine/port.ts';
import { dropDrillLeases } from '../../guardian/lease-client.ts';
import { describeJob } from '../fault/describe.ts';
import { drivers } from '../fault/drivers.ts';
import { VictimDownError } from '../fault/fault.ts';
import { FaultInPlace } from './faults-in-place.ts';
import { Journal } from './journal.ts';

export interface HealInputs {
  readonly engine: Engine;
  readonly project: string;
  readonly journalDirectory: string;
}

export interface Undone {
  readonly undone: readonly FaultInPlace[];
  /** What can be undone only once its victims run, and why; it stays in the journal. */
  readonly waiting: readonly string[];
  /** What could not be undone, and why; it stays in the journal. */
  readonly problems: readonly string[];
}

/**
 * Undoes every fault in the journal, ends drills' leases and removes what drills have left running. Returns what it undid; nothing to do is
 * fine. Rejects with OperationError that names the faults which could not be undone; those stay in the journal.
 */
export async function healAll(inputs: HealInputs): Promise<readonly FaultInPlace[]> {
  const { undone, waiting, problems } = await undoAll(inputs);
  if (waiting.length + problems.length > 0) throw leftInPlace({ waiting, problems });
  return undone;
}

/** As `healAll`, for who goes on whatever could not be undone. */
export async function undoAll({ engine, project, journalDirectory }: HealInputs): Promise<Undone> {
  const journal = new Journal(journalDirectory);
  const undone: FaultInPlace[] = [];
  const waiting: string[] = [];
  const problems: string[] = [];
  for (const entry of (await journal.entries()).filter(({ job }) => job.project === project)) {
    const { job } = entry;
    try {
      const driver = drivers[job.fault.kind];
      const healedAtMs = await driver.heal(job, engine);
      await journal.remove(job.id);
      // Whom the guardian has started since needed nothing more.
      if (driver.lasts || healedAtMs !== undefined) undone.push(new FaultInPlace(entry));
    } catch (error) {
      (error instanceof VictimDownError ? waiting : problems).push(`${describeJob(job)}: ${messageOf(error)}`);
    }
  }
  // Of what could not be undone, the guardian does what it can when the lease has run out.
  if (problems.length === 0) await dropDrillLeases(engine, project);
  await removeLeftBehind(engine, project);
  return { undone, waiting, problems };
}

/** The error that names the faults which could not be undone, and says what to do about them. */
export function leftInPlace({ waiting, problems }: Pick<Undone, 'waiting' | 'problems'>): OperationError {
  const remedy = problems.length === 0 ? '"haplat up" starts them, and undoes it then' : 'run `haplat heal` again, or restart their containers';
  return new OperationError('some faults could not be undone', { details: [...problems, ...waiting], remedy });
}

/** Removes the containers of drills (a probe, say) that nobody ended. Returns their names. For who has the project's lock. */
export async function removeLeftBehind(engine: Engine, project: string): Promise<string[]> {
  const left = (await engine.listContainers({ project })).filter(isOfDrill).map(({ name }) => name);
  await Promise.all(left.map((name) => engine.removeContainer(name)));
  return left;
}

/** Forgets all faults: where nothing is left of a platform, there is none. */
export async function forgetFaults({ project, journalDirectory }: Omit<HealInputs, 'engine'>): Promise<void> {
  const journal = new Journal(journalDirectory);
  const own = (await journal.entries()).filter(({ job }) => job.project === project);
  await Promise.all(own.map(({ job }) => journal.remove(job.id)));
}
