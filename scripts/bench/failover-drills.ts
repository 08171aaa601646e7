import type { DrillRun } from '../../src/runtime/drill/drill.ts';
import type { BenchPlatform } from './platform.ts';

export const settings = {
  /** VRRP version 2, an announcement a second, `killall -0` every two seconds. */
  tutorial: { vrrp: { version: 2, advertIntervalMs: 1000, downTimerAdverts: 3, checkMode: 'process', checkIntervalMs: 2000, checkFailures: 2, checkRises: 2 } },
  pacemaker: { loadBalancers: { manager: 'pacemaker' } },
  defaults: {},
} as const;
export type Setting = keyof typeof settings;
/** The defaults last: the address must not move under load with them. */
export const order: readonly Setting[] = ['tutorial', 'pacemaker', 'defaults'];

/** What is done to a platform under a setting, and what of its run is compared. */
export interface FailoverDrill {
  readonly name: string;
  /** The arguments of `haplat failover`; undefined where the setting is not measured. */
  args(setting: Setting, platform: BenchPlatform): Promise<readonly string[]> | undefined;
  readonly measured: (run: DrillRun) => number | null;
  /** What a cluster has to reach, as the median, in milliseconds: a node is fenced before its address moves. */
  readonly clusterGoalMs: number;
  /** Whether the worst run has to reach it, and not the median. */
  readonly isWorstJudged?: boolean;
  /** Whether the defaults are compared with the tutorial's settings. */
  readonly hasRatio?: boolean;
}

const downtime = (run: DrillRun) => run.downtimeMs;
/** The node that has the address now: a kill of the other one is no failover. */
const holder = async (platform: BenchPlatform, ...args: readonly string[]) => [args[0] ?? '', await platform.holder(), ...args.slice(1)];

export const drills: readonly FailoverDrill[] = [
  { name: 'Traefik killed', args: () => Promise.resolve(['--kill', 'vip-holder']), measured: downtime, clusterGoalMs: 1000, hasRatio: true },
  { name: 'node killed', args: (_, platform) => holder(platform, '--kill'), measured: downtime, clusterGoalMs: 3500, hasRatio: true },
  {
    name: 'planned',
    args: (setting) => (setting === 'tutorial' ? undefined : Promise.resolve(setting === 'pacemaker' ? ['--standby', 'vip-holder', '--hold', '5s'] : ['--stop', 'vip-holder'])),
    measured: downtime,
    clusterGoalMs: 500,
  },
  {
    name: 'split brain: two holders',
    args: (setting, platform) => (setting === 'tutorial' ? undefined : holder(platform, '--cut-heartbeat', '--hold', '8s')),
    measured: (run) => run.splitBrainMs,
    clusterGoalMs: 0,
    isWorstJudged: true,
  },
];
