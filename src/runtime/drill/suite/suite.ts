import * as z from 'zod';
import { ConfigError } from '../../errors.ts';
import { faultSchema } from '../fault/fault.ts';
import { drillLimits } from '../limits.ts';
import type { Objectives } from '../judge/judge-run.ts';

const { rate, runs, holdMs } = drillLimits;
const durationMs = z.int().min(0).max(3_600_000);
const objectives = z.strictObject({
  maxDowntimeMs: durationMs.optional(),
  maxFailedRequests: z.int().min(0).optional(),
  maxLostWrites: z.int().min(0).optional(),
  maxRestoreMs: durationMs.optional(),
  maxSplitBrainMs: durationMs.optional(),
});

const name = z.string().regex(/^[\w][\w .:-]{0,79}$/, 'use letters, digits, spaces, dots, colons, hyphens and underscores');

/** A drill as data. */
const drillSchema = z.strictObject({
  name,
  description: z.string().optional(),
  fault: faultSchema,
  /** Each overrides the suite's and the configuration's. */
  objectives: objectives.default({}),
  runs: z.int().min(runs.least).max(runs.most).default(1),
  /** Requests a second, in each mode. */
  rate: z.int().min(rate.least).max(rate.most).optional(),
  /** Whether to probe over kept connections beside the new ones; the default is the command line's. */
  pooled: z.boolean().optional(),
  /** How long a fault that lasts stays. */
  holdMs: z.int().min(holdMs.least).max(holdMs.most).optional(),
  /** The drill may leave clients without a component that they need. */
  acceptOutage: z.boolean().default(false),
});
export type SuiteDrill = z.infer<typeof drillSchema>;

/** `haplat drill run suite.yaml`. */
export const suiteSchema = z
  .strictObject({
    name,
    objectives: objectives.default({}),
    drills: z.array(drillSchema).min(1),
  })
  .superRefine(({ drills }, context) => {
    const names = drills.map((drill) => drill.name);
    for (const [index, one] of names.entries()) {
      if (names.indexOf(one) < index) context.addIssue({ code: 'custom', path: ['drills', index, 'name'], message: `${one} is taken by another drill` });
    }
  });
export type Suite = z.infer<typeof suiteSchema>;

/** Checks a suite that was read from `file`. Throws ConfigError with a line for each problem, by the key's path. */
export function parseSuite(file: string, document: unknown): Suite {
  const parsed = suiteSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => [file, issue.path.map(String).join('.'), issue.message].filter((part) => part !== '').join(': '));
  throw new ConfigError(problems[0] ?? `${file}: is no suite`, { details: problems.slice(1), remedy: 'docs/drills.md has the keys and an example' });
}

/** Those drills of a suite whose names contain one of the texts; all without any. Throws ConfigError when none does. */
export function selectDrills(suite: Suite, only: readonly string[]): Suite {
  if (only.length === 0) return suite;
  const drills = suite.drills.filter(({ name: own }) => only.some((text) => own.includes(text)));
  if (drills.length > 0) return { ...suite, drills };
  throw new ConfigError(`${suite.name} has no drill with ${only.join(' or ')} in its name`, { remedy: '`haplat drill list` shows the names' });
}

/** A drill's own objectives over the suite's, and those over the configuration's; what was given by flags over all. */
export function objectivesOf(drill: SuiteDrill, suite: Suite, configured: Objectives, given: Objectives): Objectives {
  return { ...configured, ...defined(suite.objectives), ...defined(drill.objectives), ...defined(given) };
}

function defined(some: Objectives): Objectives {
  return Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined));
}
