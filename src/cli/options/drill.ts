import type { Config } from '../../runtime/config/schema/config.ts';
import type { Objectives } from '../../runtime/drill/judge/judge-run.ts';
import type { DrillSettings } from '../../runtime/platform/drill.ts';

/** The flags that `failover` and `drill run` share. */
export interface DrillOptions {
  readonly maxDowntime?: number;
  readonly maxFailed?: number;
  readonly maxLost?: number;
  readonly maxRestore?: number;
  readonly rate?: number;
  readonly writes: number;
  readonly timeout: number;
  readonly hold: number;
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

const seeds = 2 ** 31;

/** The flags in the drill's own words. */
export function settingsOf(config: Config, options: DrillOptions): DrillSettings {
  return {
    objectives: objectivesOf(config, options),
    rate: options.rate,
    modes: options.pooled ? ['fresh', 'pooled'] : ['fresh'],
    ledgerRate: options.writes,
    requestTimeoutMs: options.timeout,
    holdMs: options.hold,
    recoverWithinMs: options.within,
    seed: options.seed ?? Math.floor(Math.random() * seeds),
    force: options.force,
  };
}

/** Flags win over the configuration's objectives. */
function objectivesOf({ objectives }: Config, options: DrillOptions): Objectives {
  return {
    maxDowntimeMs: options.maxDowntime ?? objectives.maxDowntimeMs,
    maxFailedRequests: options.maxFailed ?? objectives.maxFailedRequests,
    maxLostWrites: options.maxLost ?? objectives.maxLostWrites,
    maxRestoreMs: options.maxRestore ?? objectives.maxRestoreMs,
  };
}
