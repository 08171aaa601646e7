import test from 'ava';
import { isConnectionError, isRetryableConflict, isUniqueViolation } from '../../../../src/app/db/errors.ts';

const withCode = (code: string): Error => Object.assign(new Error('x'), { code });

for (const code of ['57P01', '57P03', '08006', '25006', '53300', 'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN']) {
  test(`${code} means that the connection is of no more use`, (t) => {
    t.true(isConnectionError(withCode(code)));
  });
}

for (const message of ['Connection terminated unexpectedly', 'timeout expired', 'Query read timeout']) {
  test(`"${message}" means the same`, (t) => {
    t.true(isConnectionError(new Error(message)));
  });
}

test('a fault of the statement is none of the connection', (t) => {
  for (const code of ['23505', '22P02', '57014', '40001']) t.false(isConnectionError(withCode(code)));
  t.false(isConnectionError(new Error('something else')));
  t.false(isConnectionError('Connection terminated'));
});

test('serialization failures and deadlocks are to be repeated', (t) => {
  t.true(isRetryableConflict(withCode('40001')));
  t.true(isRetryableConflict(withCode('40P01')));
  t.false(isRetryableConflict(withCode('23505')));
});

test('a unique violation is told by its constraint', (t) => {
  const error = Object.assign(withCode('23505'), { constraint: 'a' });
  t.true(isUniqueViolation(error, 'a'));
  t.false(isUniqueViolation(error, 'b'));
});
