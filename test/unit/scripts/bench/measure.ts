import test from 'ava';
import { comparison, spreadOf } from '../../../../scripts/bench/measure.ts';
import { atLeast, lower } from '../../../../scripts/bench-app/goals.ts';

test('the middle of an even number of values is half-way between two', (t) => {
  t.deepEqual(spreadOf([4, 1, 3, 2]), { min: 1, median: 2.5, max: 4 });
});

for (const broken of [[Number.NaN, 400, 500], [400, Number.NaN, 500], [400, 500, Number.NaN]]) {
  test(`with a sample that was not measured (${broken.join(', ')}) no goal is met`, (t) => {
    t.false(atLeast('rate', broken, [100, 100, 100], 1).met);
    t.false(atLeast('rate', [400, 400, 400], broken, 0.1).met);
    t.false(lower('latency', broken, [9000, 9000, 9000]).met);
    t.false(comparison('time', broken, [9000, 9000, 9000], 2).met);
  });
}

test('a ratio is the median of the pairs', (t) => {
  t.is(atLeast('rate', [300, 500, 400], [100, 100, 400], 3).ratio, 3);
});
