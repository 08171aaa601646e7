import test from 'ava';
import { baselineSchema, regressions, toBaseline, uncompared } from '../../../../../src/runtime/drill/suite/baseline.ts';
import { history, samplesWith } from '../judge/_histories.ts';
import { named } from '../report/_results.ts';

const measured = (outageMs: number) => toBaseline([named('kill', [history({ samples: samplesWith([[0, outageMs]]) })])]);

test('a baseline is what was measured, and is read back the same', (t) => {
  const baseline = measured(100);
  t.deepEqual(baselineSchema.parse(JSON.parse(JSON.stringify(baseline))), baseline);
  t.is(baseline.drills['kill']?.downtimeP50Ms, 100);
});

test('slower by more than the tolerance is a regression, with both numbers', (t) => {
  t.deepEqual(regressions(measured(100), measured(150), 0.2)[0], { drill: 'kill', measure: 'downtimeP50Ms', beforeMs: 100, nowMs: 150 });
});

test('slower within the tolerance, or by less than both can tell apart, is none', (t) => {
  t.deepEqual(regressions(measured(500), measured(590), 0.2), []);
  t.deepEqual(regressions(measured(10), measured(30), 0.2), []);
});

test('drills of which one of the two knows nothing are named', (t) => {
  const unmeasured = toBaseline([named('kill', [])]);
  t.deepEqual(uncompared(measured(100), measured(900)), []);
  t.deepEqual(uncompared(unmeasured, measured(900)), ['kill']);
  t.deepEqual(uncompared(measured(100), unmeasured), ['kill']);
});

test('a drill that the baseline does not have is no regression', (t) => {
  t.deepEqual(regressions({ schema: 'haplat.baseline/1', drills: {} }, measured(500), 0.2), []);
});
