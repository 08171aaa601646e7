/**
 * `npm run bench:failover`: how long clients are without an answer when the load balancer in charge dies, at haplat's
 * defaults, at the settings of the usual tutorial, and with a Pacemaker cluster, in turns on the same machine. Prints all
 * and the ratio to the tutorial's; then how often the address moves while every core is busy, which it must not.
 */
import { parseArgs } from 'node:util';
import { movesUnderFullLoad } from './bench/full-load.ts';
import { spreadOf } from './bench/measure.ts';
import { BenchPlatform } from './bench/platform.ts';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    runs: { type: 'string', default: '5' },
    'load-minutes': { type: 'string', default: '10' },
  },
});
const rounds = Number(flags.rounds);
const platform = await BenchPlatform.create('haplat-bench-failover');
const goalRatio = 10;

/** VRRP version 2, an announcement a second, `killall -0` every two seconds. */
const tutorial = { version: 2, advertIntervalMs: 1000, downTimerAdverts: 3, checkMode: 'process', checkIntervalMs: 2000, checkFailures: 2, checkRises: 2 };
const settings = { tutorial: { vrrp: tutorial }, pacemaker: { loadBalancers: { manager: 'pacemaker' } }, defaults: {} } as const;
/** The defaults last: the address must not move under load with them. */
const order = ['tutorial', 'pacemaker', 'defaults'] as const;
/** What a cluster has to reach, in milliseconds: a node is fenced before its address moves. */
const clusterGoalMs = { 'vip-holder': 1000, node: 3500 } as const;
const drills = ['vip-holder', 'node'] as const;
type Setting = keyof typeof settings;

const measured = new Map<string, number[]>();

/** The node that has the address now: a kill of the other one is no failover. */
const target = (drill: (typeof drills)[number]) => (drill === 'vip-holder' ? drill : platform.holder());

async function measure(setting: Setting, drill: (typeof drills)[number]): Promise<void> {
  for (let run = 0; run < Number(flags.runs); run += 1) {
    const { runs } = await platform.drill('--kill', await target(drill), '--max-downtime', '60s');
    const key = `${drill} ${setting}`;
    measured.set(key, [...(measured.get(key) ?? []), ...runs.flatMap(({ downtimeMs }) => (downtimeMs === null ? [] : [downtimeMs]))]);
  }
}

try {
  for (let round = 1; round <= rounds; round += 1) {
    for (const setting of order) {
      await platform.use(settings[setting]);
      for (const drill of drills) await measure(setting, drill);
    }
    console.error(`round ${round} of ${rounds} done`);
  }
  console.log('\n| kill | setting | runs | min | p50 | max |\n| --- | --- | --- | --- | --- | --- |');
  for (const drill of drills) {
    const of = (setting: Setting) => spreadOf(measured.get(`${drill} ${setting}`) ?? []);
    for (const setting of order) {
      const { min, median, max } = of(setting);
      const count = measured.get(`${drill} ${setting}`)?.length ?? 0;
      console.log(`| ${drill} | ${setting} | ${count} | ${min.toFixed(0)} ms | ${median.toFixed(0)} ms | ${max.toFixed(0)} ms |`);
    }
    const { median: clusterMs } = of('pacemaker');
    console.log(`| ${drill} | pacemaker's goal | | | ≤ ${clusterGoalMs[drill]} ms ${clusterMs <= clusterGoalMs[drill] ? 'met' : 'MISSED'} | |`);
    const ratio = of('tutorial').median / of('defaults').median;
    console.log(`| ${drill} | ratio | | | ${ratio.toFixed(1)} × (goal ≥ ${goalRatio} ×) ${ratio >= goalRatio ? 'met' : 'MISSED'} | |`);
  }
  const loadMinutes = Number(flags['load-minutes']);
  if (loadMinutes > 0) {
    const moves = await movesUnderFullLoad(platform.project, loadMinutes);
    console.log(`\nEvery core busy for ${loadMinutes} minutes: the address moved ${moves} times (goal 0) ${moves === 0 ? 'met' : 'MISSED'}`);
  }
} finally {
  await platform.dispose();
}
