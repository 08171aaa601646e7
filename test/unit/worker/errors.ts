import test from 'ava';
import { DeadlineError } from '../../../src/app/errors.ts';
import { PermanentJobError, shownReason } from '../../../src/worker/errors.ts';

test('clients see the reasons that we wrote ourselves', (t) => {
  t.is(shownReason(new PermanentJobError('the item is gone')), 'the item is gone');
  t.regex(shownReason(new DeadlineError('the job', 100)), /100 ms/);
});

test('of any other error they see the code only', (t) => {
  const error = Object.assign(new Error('relation "secret" does not exist'), { code: '42P01' });
  t.is(shownReason(error), 'unexpected error (42P01)');
  t.is(shownReason(new TypeError('x')), 'unexpected error (TypeError)');
});
