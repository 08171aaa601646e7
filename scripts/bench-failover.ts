/**
 * `npm run bench:failover`: how long clients are without an answer when the load balancer in charge dies or is stopped in
 * order, and how long two nodes have the address in a split brain: at haplat's defaults, with a Pacemaker cluster and, for
 * the deaths, at the settings of the usual tutorial, in turns on the same machine. Prints all and the ratio to the
 * tutorial's; then how often the address moves while every core is busy, which it must not.
 */
import { parseArgs } from 'node:util';
import { drills, order, settings, type FailoverDrill, type Setting } from './bench/failover-drills.ts';
import { movesUnderFullLoad } from './bench/full-load.ts';
import { spreadOf } from './bench/measure.ts';
import { BenchPlatform } from './bench/platform.ts';
import { forgetUsersPlatform } from './lib/own-environment.ts';

forgetUsersPlatform();

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    runs: { type: 'string', default: '5' },
    'load-minutes': { type: 'string', default: '10' },
  },
});
const platform = await BenchPlatform.create('haplat-bench-failover');
const goalRatio = 10;
const values = new Map<string, number[]>();
/** Runs that prove nothing, or ended badly: a goal that is met by what is left of them is not met. */
const unproven = new Map<string, number>();
const of = (drill: FailoverDrill, setting: Setting) => values.get(`${drill.name} ${setting}`) ?? [];

async function measure(setting: Setting, drill: FailoverDrill): Promise<void> {
  for (let run = 1; run <= Number(flags.runs); run += 1) {
    const args = await drill.args(setting, platform);
    if (args === undefined) return;
    const { runs, verdict, reasons } = await platform.drill(...args, '--max-downtime', '60s', ...(await unhealed(setting)));
    const key = `${drill.name} ${setting}`;
    // At the tutorial's settings nobody heals: that redundancy is not restored is what was asked for.
    const isBad = verdict === 'inconclusive' || (setting !== 'tutorial' && verdict === 'fail');
    if (isBad) {
      console.error(`${drill.name}, ${setting}: ${verdict}: ${reasons.join('; ')}`);
      unproven.set(key, (unproven.get(key) ?? 0) + 1);
    }
    if (verdict !== 'inconclusive') values.set(`${drill.name} ${setting}`, [...of(drill, setting), ...runs.flatMap((one) => drill.measured(one) ?? [])]);
  }
}

/** The tutorial has nobody who starts what is dead: with guardians it would be back before the address has moved. */
async function unhealed(setting: Setting): Promise<readonly string[]> {
  if (setting !== 'tutorial') return [];
  await platform.use(settings.tutorial);
  await platform.stop('guardian_1', 'guardian_2');
  await platform.holder();
  return ['--force', '--within', '5s'];
}

/** How often a drill was to be run at this setting and proved nothing, or ended badly. */
const badRuns = (drill: FailoverDrill, setting: Setting) => unproven.get(`${drill.name} ${setting}`) ?? 0;

const judged = (isMet: boolean, bad: number) => `${isMet && bad === 0 ? 'met' : 'MISSED'}${bad === 0 ? '' : ` (${bad} runs proved nothing or failed)`}`;

function row(drill: FailoverDrill, setting: Setting): string {
  const measured = of(drill, setting);
  const { min, median, max } = spreadOf(measured);
  const judgedBy = drill.isWorstJudged === true ? max : median;
  const goal = setting === 'pacemaker' ? `≤ ${drill.clusterGoalMs} ms ${judged(judgedBy <= drill.clusterGoalMs, badRuns(drill, setting))}` : '';
  return `| ${drill.name} | ${setting} | ${measured.length} | ${min.toFixed(0)} ms | ${median.toFixed(0)} ms | ${max.toFixed(0)} ms | ${goal} |`;
}

function ratioRow(drill: FailoverDrill): string {
  const ratio = spreadOf(of(drill, 'tutorial')).median / spreadOf(of(drill, 'defaults')).median;
  return `| ${drill.name} | tutorial ÷ defaults | | | ${ratio.toFixed(1)} × | | ≥ ${goalRatio} × ${judged(ratio >= goalRatio, badRuns(drill, 'tutorial') + badRuns(drill, 'defaults'))} |`;
}

try {
  for (let round = 1; round <= Number(flags.rounds); round += 1) {
    for (const setting of order) {
      await platform.use(settings[setting]);
      for (const drill of drills) await measure(setting, drill);
      console.error(`round ${round} of ${flags.rounds}, ${setting}: ${drills.map((drill) => `${drill.name} ${of(drill, setting).map(Math.round).join(' ')}`).join('; ')}`);
    }
  }
  console.log('\n| drill | setting | runs | min | p50 | max | goal |\n| --- | --- | --- | --- | --- | --- | --- |');
  for (const drill of drills) {
    for (const setting of order) if (of(drill, setting).length + badRuns(drill, setting) > 0) console.log(row(drill, setting));
    if (drill.hasRatio === true) console.log(ratioRow(drill));
  }
  const loadMinutes = Number(flags['load-minutes']);
  if (loadMinutes > 0) {
    const moves = await movesUnderFullLoad(platform.project, loadMinutes, platform.signal);
    console.log(`\nEvery core busy for ${loadMinutes} minutes: the address moved ${moves} times (goal 0) ${moves === 0 ? 'met' : 'MISSED'}`);
  }
} finally {
  await platform.dispose();
}
