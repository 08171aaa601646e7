import test from 'ava';
import type { DrillResult } from '../../../../../src/runtime/drill/drill.ts';
import { faultSchema, NotUndoneError } from '../../../../../src/runtime/drill/fault/fault.ts';
import { runDrill } from '../../../../../src/runtime/drill/run/run-drill.ts';
import type { RunInputs, RunOutcome } from '../../../../../src/runtime/drill/run/run-once.ts';
import { runSuite } from '../../../../../src/runtime/drill/suite/run-suite.ts';
import { parseSuite } from '../../../../../src/runtime/drill/suite/suite.ts';
import { ConfigError, EngineUnreachableError, InterruptedError, OperationError } from '../../../../../src/runtime/errors.ts';
import { drillInputs, steadyEngine } from '../_platform.ts';
import { entry, history } from '../judge/_histories.ts';

const lost: RunOutcome = { history: history({ ledger: [entry({ found: [] })] }) };

/** Runs that end like this, one after the other; an error is thrown. */
function endingIn(...ends: readonly (RunOutcome | Error)[]) {
  const given: RunInputs[] = [];
  const perform = (inputs: RunInputs, run: number): Promise<RunOutcome> => {
    given.push(inputs);
    const end = ends[run - 1];
    return end instanceof Error || end === undefined ? Promise.reject(end ?? new Error('not asked for')) : Promise.resolve(end);
  };
  return { perform, given };
}

test('a run that failed keeps its verdict when a later one can\'t be carried out', async (t) => {
  const hiccup = new OperationError('the probe ended by itself', { details: ['out of memory'], remedy: 'look' });
  const cut: DrillResult[] = [];
  const result = await runDrill(drillInputs({ runs: 3, onCutShort: (partial) => cut.push(partial) }), endingIn(lost, hiccup).perform);
  t.is(result.verdict, 'fail');
  t.deepEqual(result.runs.map(({ verdict }) => verdict), ['fail', 'inconclusive']);
  t.is(result.reasons.at(-1), 'run 2: the probe ended by itself; out of memory; look');
  t.deepEqual(cut, []);
});

test('the first run\'s error is the drill\'s, and so is an interruption or the loss of the Engine at any time', async (t) => {
  await t.throwsAsync(runDrill(drillInputs({ runs: 2 }), endingIn(new OperationError('no')).perform), { instanceOf: OperationError, message: 'no' });
  for (const error of [new InterruptedError(), new EngineUnreachableError('gone')]) {
    const cut: DrillResult[] = [];
    await t.throwsAsync(runDrill(drillInputs({ runs: 2, onCutShort: (partial) => cut.push(partial) }), endingIn(lost, error).perform), { is: error });
    t.deepEqual(cut.map(({ verdict }) => verdict), ['fail']);
  }
});

test('each run serves an expired certificate of its own', async (t) => {
  const fault = faultSchema.parse({ kind: 'expire-cert', targets: ['app_1'] });
  let issued = 0;
  const issueExpired = () => Promise.resolve({ pair: { certificate: `certificate ${issued += 1}`, key: '' }, authority: 'issuer' });
  const { perform, given } = endingIn({ history: history() }, { history: history() });
  await runDrill(drillInputs({ fault, runs: 2, issueExpired }), perform);
  t.deepEqual(given.map(({ expired }) => expired?.certificate), ['certificate 1', 'certificate 2']);
  t.deepEqual(given.map(({ probe }) => probe.ca), ['CA\nissuer', 'CA\nissuer']);
});

test('a rate that nobody asked for is lowered until the platform answers with ease, before anything is broken, and kept for all runs', async (t) => {
  const slower: number[] = [];
  const rates: (readonly [run: number, rate: number, mayLower: boolean])[] = [];
  const inputs = drillInputs({ runs: 2, mayLowerRate: true, onEvent: (event) => { if (event.kind === 'slower') slower.push(event.rate); } });
  const result = await runDrill(inputs, ({ rate, mayLowerRate }, run) => {
    rates.push([run, rate, mayLowerRate]);
    return Promise.resolve(rate > 30 ? { isSwamped: true } : { history: history() });
  });
  t.deepEqual(rates, [[1, 100, true], [1, 50, true], [1, 25, true], [2, 25, false]]);
  t.deepEqual(slower, [50, 25]);
  t.deepEqual(result.runs.map(({ rate }) => rate), [25, 25]);
});

test('a rolling update hits all of a component, and is refused for what is single', async (t) => {
  const renew = (...targets: readonly string[]) => faultSchema.parse({ kind: 'renew', targets });
  const { runs, fault } = await runDrill(drillInputs({ fault: renew('app') }), endingIn({ history: history() }).perform);
  t.deepEqual(runs[0]?.targets, ['app_1', 'app_2']);
  t.is(fault.target, 'app');
  const single = drillInputs({ engine: steadyEngine('db'), fault: renew('db') });
  await t.throwsAsync(runDrill(single, endingIn().perform), { instanceOf: ConfigError, message: /leaves nothing of db/ });
});

const suite = parseSuite('s', { name: 's', drills: ['a', 'b'].map((name) => ({ name, runs: 2, fault: { kind: 'kill', targets: ['app_1'] } })) });
const flags = { objectives: {}, rate: undefined, modes: undefined, holdMs: undefined };
const { onCutShort: _, ...common } = drillInputs();
const suiteInputs = { ...common, onDrill: () => undefined };

for (const [what, error, type] of [
  ['that was interrupted', new InterruptedError(), InterruptedError],
  ['whose Engine is gone', new EngineUnreachableError('gone'), EngineUnreachableError],
  ['with a fault that stayed in place', new NotUndoneError('still paused'), NotUndoneError],
] as const) {
  test(`of a suite ${what} in a drill, its judged runs are told, and the others as not run`, async (t) => {
    const cut: { drills: readonly { name: string }[]; notRun: readonly { name: string }[] }[] = [];
    const perform: typeof runDrill = async ({ onCutShort, ...inputs }) => {
      onCutShort?.(await runDrill({ ...inputs, runs: 1 }, endingIn(lost).perform));
      throw error;
    };
    await t.throwsAsync(runSuite(suite, flags, { ...suiteInputs, onCutShort: (partial) => cut.push(partial) }, perform), { instanceOf: type });
    t.deepEqual(cut.map(({ drills, notRun }) => [drills.map(({ name }) => name), notRun.map(({ name }) => name)]), [[['a'], ['b']]]);
  });
}

test('a suite that names what this platform does not have is refused before anything is broken', async (t) => {
  const typo = parseSuite('s', { name: 's', drills: [{ name: 'a', fault: { kind: 'kill', targets: ['app_1'] } }, { name: 'b', fault: { kind: 'partition', targets: ['app_1'], from: ['bd'] } }] });
  const { perform } = endingIn({ history: history() });
  const error = await t.throwsAsync(runSuite(typo, flags, { ...suiteInputs, onDrill: () => { t.fail(); } }, (inputs) => runDrill(inputs, perform)), { instanceOf: ConfigError });
  t.is(error.message, 's: b: there is no bd to be cut off from');
});

test('a service that is not there is no steady platform', async (t) => {
  const result = await runDrill(drillInputs({ expected: [{ name: 'worker_2', component: 'worker' }] }), endingIn().perform);
  t.deepEqual(result.reasons, ['not steady before the fault: worker_2 is missing']);
});

test('of a drill without writes nothing is asked of them', async (t) => {
  const { objectives } = await runDrill(drillInputs({ ledgerRate: 0 }), endingIn({ history: history() }).perform);
  t.is(objectives.maxLostWrites, undefined);
});
