import test from 'ava';
import { faultOf, faultSchema } from '../../../../../src/runtime/drill/fault/fault.ts';

test('who carries out one kind of fault is given no other: it would do it with a default that nobody asked for', (t) => {
  const fault = faultSchema.parse({ kind: 'loss', targets: ['app_1'], percent: 20 });
  t.is(faultOf({ fault }, 'loss').percent, 20);
  t.throws(() => faultOf({ fault }, 'latency'), { message: 'a loss was given to who carries out latency' });
});
