import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { leaseFileSchema } from './lease-file.ts';
import type { Lease } from './model.ts';

/** An unreadable file holds nothing, and is not kept longer than the longest lease could last. */
const keptUnreadableMs = 600_000;

/** Every lease in the folder, those that ran out included. */
export async function readLeases(directory: string): Promise<Lease[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  const leases = await Promise.all(names.map((name) => readLease(path.join(directory, name))));
  return leases.filter((lease) => lease !== undefined);
}

async function readLease(file: string): Promise<Lease | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const found = parse(text);
    if (found !== undefined) {
      const { id, kind, targets, ttlMs, restartOnExpiry } = found;
      return { id, kind, targets, restartOnExpiry, expiresAtMs: mtimeMs + ttlMs };
    }
    if (Date.now() - mtimeMs > keptUnreadableMs) await rm(file, { force: true });
  } catch (error) {
    // Released between the listing and the reading.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
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

/** Forgets a lease that ran out, unless it has been renewed in the meantime. */
export async function dropLease(directory: string, lease: Lease): Promise<void> {
  const file = path.join(directory, `${lease.id}.json`);
  const now = await readLease(file);
  if (now !== undefined && now.expiresAtMs <= lease.expiresAtMs) await rm(file, { force: true });
}
