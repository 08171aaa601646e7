import { parseArgs } from 'node:util';
import * as z from 'zod';
import { ConfigError } from '../../errors.ts';
import { probeModes } from '../judge/history.ts';
import { drillLimits } from '../limits.ts';

const milliseconds = (max: number) => z.coerce.number().int().min(1).max(max);

/** What the probe is told. It never runs longer than `durationMs`, whoever forgets it. */
export const probeOptionsSchema = z.object({
  /** What is asked for, `https://VIP/items?limit=1`. The host must be an address: nothing is resolved. */
  url: z.url({ protocol: /^https?$/ }),
  /** Requests a second, in each mode. */
  rate: z.coerce.number().min(1).max(drillLimits.rate.most).default(100),
  timeoutMs: milliseconds(60_000).default(1000),
  /** A black-holed address never refuses: this is how long it can hold a request up. */
  connectTimeoutMs: milliseconds(60_000).default(1000),
  modes: z.array(z.enum(probeModes)).min(1).default(['fresh']),
  /** A file with the certificates of the authorities to trust, in place of the system's. */
  caFile: z.string().optional(),
  /** The name to ask for by SNI and to find in the certificate, in place of the URL's address. */
  serverName: z.string().min(1).optional(),
  /** Writes a second that the ledger keeps account of; 0 for none. */
  ledgerRate: z.coerce.number().min(drillLimits.writes.least).max(drillLimits.writes.most).default(0),
  /** A write is given more time than a read: what times out is neither acknowledged nor lost, and proves nothing. */
  writeTimeoutMs: milliseconds(120_000).default(5000),
  /** Starts the keys of everything written. */
  runId: z.string().regex(/^[A-Za-z0-9._:-]{1,60}$/).default('probe'),
  durationMs: milliseconds(7_200_000).default(600_000),
  /** How long the look-ups of the ledger may take at the end. */
  settleMs: milliseconds(600_000).default(60_000),
});
export type ProbeOptions = z.infer<typeof probeOptionsSchema>;
export type ProbeOptionsInput = z.input<typeof probeOptionsSchema>;

/** By its name on the command line, without the dashes. */
export const probeFlags = {
  url: 'url', rate: 'rate', 'timeout-ms': 'timeoutMs', 'connect-timeout-ms': 'connectTimeoutMs', mode: 'modes',
  'ca-file': 'caFile', 'server-name': 'serverName', 'ledger-rate': 'ledgerRate', 'write-timeout-ms': 'writeTimeoutMs',
  'run-id': 'runId', 'duration-ms': 'durationMs', 'settle-ms': 'settleMs',
} as const satisfies Record<string, keyof ProbeOptions>;

const remedy = '"haplat serve --help" shows its flags, and an example';

/** Reads what follows `haplat serve probe`. `--mode fresh,pooled` runs both side by side. Throws ConfigError. */
export function parseProbeArguments(args: readonly string[]): ProbeOptions {
  const options = Object.fromEntries(Object.keys(probeFlags).map((flag) => [flag, { type: 'string' as const }]));
  let values: Record<string, unknown>;
  try {
    ({ values } = parseArgs({ args: [...args], options, strict: true }));
  } catch (error) {
    throw new ConfigError(`serve probe: ${error instanceof Error ? error.message : String(error)}`, { cause: error, remedy });
  }
  const input = Object.fromEntries(Object.entries(probeFlags).map(([flag, key]) => [key, values[flag]]));
  if (typeof input['modes'] === 'string') input['modes'] = input['modes'].split(',');
  const parsed = probeOptionsSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(`serve probe: ${problems.join('; ')}`, { remedy });
}

/** The command of a probe's container: the inverse of `parseProbeArguments`. */
export function probeCommand(options: ProbeOptionsInput): string[] {
  const pairs = Object.entries(probeFlags).flatMap(([flag, key]) => {
    const value = options[key];
    return value === undefined ? [] : [`--${flag}`, Array.isArray(value) ? value.join(',') : `${value as string | number}`];
  });
  return ['serve', 'probe', ...pairs];
}
