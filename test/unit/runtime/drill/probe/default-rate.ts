import test from 'ava';
import { defaultRate } from '../../../../../src/runtime/drill/probe/default-rate.ts';

test('a machine with room for it is probed at a resolution of 5 ms, one without at 10', (t) => {
  t.is(1000 / defaultRate(4), 5);
  t.is(1000 / defaultRate(64), 5);
  t.is(1000 / defaultRate(2), 10);
  t.is(1000 / defaultRate(0), 10);
});
