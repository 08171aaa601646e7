import test from 'ava';
import { describeError } from '../../../src/app/logging.ts';

test('an error in the log keeps its code and causes and nothing that a driver hung on it', (t) => {
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', client: { password: 'secret' } });
  const described = describeError(new Error('no database', { cause }));
  t.is(described?.message, 'no database');
  t.is(described?.cause?.code, 'ECONNREFUSED');
  t.false(JSON.stringify(described).includes('secret'));
});

test('nothing to describe is nothing', (t) => {
  t.is(describeError(undefined), undefined);
});
