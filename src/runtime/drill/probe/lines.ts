import * as z from 'zod';
import { probeModes, type LedgerEntry } from '../judge/history.ts';
import type { Lateness } from './open-loop.ts';

/**
 * What the probe writes to stdout, one JSON document a line. All times are milliseconds of one monotonic clock, counted
 * from the `at` of the first line, which is on the wall clock (epoch milliseconds, with a fraction).
 */
const sample = z.tuple([
  /** When it was due, when it was sent, when its answer was there or it was given up. */
  z.number(),
  z.number(),
  z.number(),
  /** The HTTP status, 0 without an answer. */
  z.int(),
  /** What went wrong, '' when nothing did. */
  z.string(),
  /** Which replica answered, as the answer says; '' where it does not. */
  z.string(),
]);

const outcome = z.enum(['acknowledged', 'refused', 'unknown', 'not-tried']);

/** One item that the ledger wrote and had processed, and what was found of it afterwards. */
const ledgerEntry: z.ZodType<LedgerEntry> = z.object({
  key: z.string(),
  name: z.string(),
  atMs: z.number(),
  create: outcome,
  itemId: z.string().optional(),
  process: outcome,
  jobId: z.string().optional(),
  found: z.array(z.object({ id: z.string(), name: z.string(), processedCount: z.int() })).optional(),
  job: z.string().optional(),
});

export const probeLineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), at: z.number() }),
  z.object({ type: z.literal('samples'), mode: z.enum(probeModes), samples: z.array(sample) }),
  /** The share of the time in which the probe's own event loop had something to do, or waited for a processor to do it. */
  z.object({ type: z.literal('busy'), fromMs: z.number(), toMs: z.number(), share: z.number() }),
  /** A write that was begun at `atMs` was acknowledged, and so was its job. */
  z.object({ type: z.literal('written'), atMs: z.number() }),
  /** The load has ended; the ledger is being looked up. */
  z.object({ type: z.literal('settling'), at: z.number() }),
  z.object({ type: z.literal('ledger'), record: ledgerEntry }),
  z.object({
    type: z.literal('end'),
    at: z.number(),
    /** How late requests were sent, and how many were not because they would have been later still. */
    lateness: z.object({ p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number(), skipped: z.int() }) satisfies z.ZodType<Lateness>,
  }),
]);
export type ProbeLine = z.infer<typeof probeLineSchema>;
export type SampleTuple = z.infer<typeof sample>;
