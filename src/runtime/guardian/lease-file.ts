import * as z from 'zod';

/** A lease's name is a file's name too. */
const leaseId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,80}$/);

/**
 * `<state>/leases/<id>.json`. It runs out `ttlMs` after the file was last written: the clock is the guardian's host's,
 * whatever the clock of who wrote it says.
 */
export const leaseFileSchema = z.object({
  id: leaseId,
  kind: z.enum(['maintenance', 'drill']),
  targets: z.array(z.string().min(1)).min(1),
  ttlMs: z.int().min(1000).max(600_000),
  /** Who holds it, for people. */
  holder: z.string(),
  /** What a drill did, for people. */
  fault: z.string().optional(),
  restartOnExpiry: z.array(z.string().min(1)).default([]),
});
export type LeaseFile = z.input<typeof leaseFileSchema>;
