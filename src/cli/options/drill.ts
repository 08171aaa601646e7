import type { Config } from '../../runtime/config/schema/config.ts';
import { ConfigError } from '../../runtime/errors.ts';
import type { Objectives } from '../../runtime/drill/judge/judge-run.ts';
import type { DrillFlags } from '../../runtime/drill/suite/run-suite.ts';
import type { DrillSettings } from '../../runtime/platform/drill.ts';
import { seeds } from './values.ts';

/** The flags that `failover` and `drill run` share. */
export interface DrillOptions {
  readonly maxDowntime?: number;
  readonly maxFailed?: number;
  readonly maxLost?: number;
  readonly maxRestore?: number;
  readonly rate?: number;
  readonly writes: number;
  readonly timeout: number;
  readonly hold?: number;
  readonly within: number;
  readonly seed?: number;
  readonly pooled: boolean;
  readonly force: boolean;
  readonly junit?: string;
  readonly html?: string;
  readonly openmetrics?: string;
  readonly baseline?: string;
  readonly tolerance: number;
}

const holdMs = 10_000;

/** The flags in the drill's own words. Throws ConfigError where two of them contradict each other. */
export function settingsOf(config: Config, options: DrillOptions): DrillSettings {
  if (options.writes === 0 && options.maxLost !== undefined) {
    throw new ConfigError('--max-lost says how many writes may be lost, and --writes 0 that there are none', { remedy: 'leave one of the two out' });
  }
  return {
    objectives: objectivesOf(config, options),
    rate: options.rate,
    modes: options.pooled ? ['fresh', 'pooled'] : ['fresh'],
    ledgerRate: options.writes,
    requestTimeoutMs: options.timeout,
    holdMs: options.hold ?? holdMs,
    recoverWithinMs: options.within,
    seed: options.seed ?? Math.floor(Math.random() * seeds),
    force: options.force,
  };
}

/** What was given on the command line: it wins over what a suite says of its drills. */
export function flagsOf(options: DrillOptions): DrillFlags {
  return {
    objectives: givenObjectives(options),
    rate: options.rate,
    modes: options.pooled ? undefined : ['fresh'],
    holdMs: options.hold,
  };
}

/** Flags win over the configuration's objectives. */
function objectivesOf({ objectives }: Config, options: DrillOptions): Objectives {
  return { ...objectives, ...givenObjectives(options) };
}

function givenObjectives({ maxDowntime, maxFailed, maxLost, maxRestore }: DrillOptions): Objectives {
  return {
    ...(maxDowntime !== undefined && { maxDowntimeMs: maxDowntime }),
    ...(maxFailed !== undefined && { maxFailedRequests: maxFailed }),
    ...(maxLost !== undefined && { maxLostWrites: maxLost }),
    ...(maxRestore !== undefined && { maxRestoreMs: maxRestore }),
  };
}
