import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { hasCode, messageOf, OperationError } from '../../errors.ts';
import { ensureFolder, writeAtomic } from '../../files/atomic-file.ts';
import { faultJobSchema } from '../fault/fault.ts';
import type { FaultJob } from '../fault/fault.ts';

const entrySchema = z.object({
  schema: z.literal('haplat.fault/1'),
  /** When it was written, by the clock of who wrote it. */
  at: z.iso.datetime(),
  job: faultJobSchema,
});
export type JournalEntry = z.infer<typeof entrySchema>;

/** The faults that are in place: a file each in `<directory>`, there before the fault is and until it has been healed. */
export class Journal {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async add(job: FaultJob): Promise<void> {
    await ensureFolder(this.#directory, { mode: 0o700 });
    const entry: JournalEntry = { schema: 'haplat.fault/1', at: new Date().toISOString(), job };
    await writeAtomic(this.#file(job.id), `${JSON.stringify(entry, null, 2)}\n`, { mode: 0o600 });
  }

  async remove(id: string): Promise<void> {
    await rm(this.#file(id), { force: true });
  }

  /** Oldest first. Rejects with OperationError for a file that can't be read: a fault may be in place that nobody knows. */
  async entries(): Promise<JournalEntry[]> {
    let names: string[];
    try {
      names = await readdir(this.#directory);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return [];
      throw new OperationError(`${this.#directory}: ${messageOf(error)}`, { cause: error });
    }
    const read = await Promise.all(names.filter((name) => name.endsWith('.json')).map((name) => this.#read(name)));
    return read.filter((entry) => entry !== undefined).toSorted((a, b) => a.at.localeCompare(b.at));
  }

  /** Undefined for one whose fault was healed meanwhile. */
  async #read(name: string): Promise<JournalEntry | undefined> {
    const file = path.join(this.#directory, name);
    try {
      return entrySchema.parse(JSON.parse(await readFile(file, 'utf8')));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw new OperationError(`${file} is no entry of a fault journal`, { cause: error, remedy: 'look at it, and remove it' });
    }
  }

  #file(id: string): string {
    return path.join(this.#directory, `${id}.json`);
  }
}
