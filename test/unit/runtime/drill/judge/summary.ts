import test from 'ava';
import fc from 'fast-check';
import { spreadOf, verdictOf } from '../../../../../src/runtime/drill/judge/summary.ts';

test('the worst run decides, and no runs prove nothing', (t) => {
  t.is(verdictOf(['pass', 'pass']), 'pass');
  t.is(verdictOf(['pass', 'inconclusive']), 'inconclusive');
  t.is(verdictOf(['inconclusive', 'fail', 'pass']), 'fail');
  t.is(verdictOf([]), 'inconclusive');
});

test('percentiles are values that were measured', (t) => {
  t.deepEqual(spreadOf([30, 10, 20]), { min: 10, p50: 20, p95: 30, max: 30 });
  t.is(spreadOf([]), null);
});

test('a spread is in order, whatever was measured', (t) => {
  t.notThrows(() => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 1 }), (values) => {
        const spread = spreadOf(values);
        return spread !== null && spread.min <= spread.p50 && spread.p50 <= spread.p95 && spread.p95 <= spread.max && values.includes(spread.p50);
      }),
    );
  });
});
