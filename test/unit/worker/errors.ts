import test from 'ava';
import { PermanentJobError, shownReason } from '../../../src/worker/errors.ts';

test('clients see the reasons that we wrote ourselves', (t) => {
  t.is(shownReason(new PermanentJobError('the item is gone')), 'the item is gone');
});

test('of any other error they see the code only', (t) => {
  const error = Object.assign(new Error('relation "secret" does not exist'), { code: '42P01' });
  t.is(shownReason(error), 'unexpected error (42P01)');
  t.is(shownReason(new TypeError('x')), 'unexpected error (TypeError)');
});
