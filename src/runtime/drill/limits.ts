/** What may be asked of a drill, by a flag or a suite's key. */
export const drillLimits = {
  /** Requests a second in each mode. With fewer, a second before the fault has too few answers to tell that all is steady. */
  rate: { least: 10, most: 2000 },
  /** Writes a second. */
  writes: { least: 0, most: 200 },
  runs: { least: 1, most: 1000 },
  /** How long a fault that lasts stays, in ms. */
  holdMs: { least: 0, most: 600_000 },
  /** Of packets that are lost. */
  percent: { least: 1, most: 100 },
  /** By how much packets are late, in ms. */
  latencyMs: { least: 1, most: 60_000 },
  /** The size of a file that fills a disk. */
  mebibytes: { least: 1, most: 4096 },
} as const;

/** Fewer answers than these, before a fault or after it, tell nothing. */
export const leastSamples = 10;
