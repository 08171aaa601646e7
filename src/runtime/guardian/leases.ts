import { access, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { hasCode } from '../errors.ts';
import { leaseFileSchema } from './lease-file.ts';
import type { Lease } from './model.ts';

/** An unreadable file holds nothing, and is not kept longer than the longest lease could last. */
const keptUnreadableMs = 600_000;

/** Both in milliseconds: the guardian's own time, and that of the files. */
export interface Now {
  readonly steadyMs: number;
  readonly wallMs: number;
}

interface Written {
  readonly atMs: number;
  readonly steadyMs: number;
}

/**
 * The leases in a folder. How old one is, the wall clock says when it is first seen, and when it is seen renewed; from then
 * on that clock may be put right by hours, and the lease runs out in time all the same.
 */
export class Leases {
  readonly #directory: string;
  #written: ReadonlyMap<string, Written> = new Map();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Every lease in the folder, those that ran out included. */
  async read(now: Now): Promise<Lease[]> {
    const names = (await readdir(this.#directory)).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
    const found = await Promise.all(names.map((name) => readLease(path.join(this.#directory, name), now.wallMs)));
    const leases = found.filter((one) => one !== undefined);
    this.#written = new Map(leases.map(({ id, writtenAtMs }) => [id, this.#writtenOf(id, writtenAtMs, now)]));
    return leases.map(({ id, kind, targets, restartOnExpiry, ttlMs }) => {
      return { id, kind, targets, restartOnExpiry, expiresAtMs: (this.#written.get(id)?.steadyMs ?? now.steadyMs) + ttlMs };
    });
  }

  /** Forgets a lease that ran out, unless it has been renewed in the meantime. */
  async drop({ id }: Pick<Lease, 'id'>, wallMs: number): Promise<void> {
    const file = path.join(this.#directory, `${id}.json`);
    const found = await readLease(file, wallMs);
    if (found !== undefined && found.writtenAtMs === this.#written.get(id)?.atMs) await rm(file, { force: true });
  }

  #writtenOf(id: string, atMs: number, { steadyMs, wallMs }: Now): Written {
    const known = this.#written.get(id);
    // A file from the future is one from before the clock was put right: as good as new.
    return known?.atMs === atMs ? known : { atMs, steadyMs: steadyMs - Math.max(0, wallMs - atMs) };
  }
}

async function readLease(file: string, wallMs: number) {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const found = parse(text);
    if (found !== undefined) return { ...found, writtenAtMs: mtimeMs };
    if (wallMs - mtimeMs > keptUnreadableMs) await rm(file, { force: true });
  } catch (error) {
    // Released between the listing and the reading; unless the whole folder has gone.
    if (!hasCode(error, 'ENOENT')) throw error;
    await access(path.dirname(file));
  }
  return undefined;
}

function parse(text: string) {
  try {
    return leaseFileSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
