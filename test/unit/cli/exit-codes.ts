import test from 'ava';
import { exitCodeOf } from '../../../src/cli/exit-codes.ts';
import { ConfigError, EngineUnreachableError, InterruptedError, OperationError } from '../../../src/runtime/errors.ts';

test('each kind of error has the exit code that the command line promises', (t) => {
  t.is(exitCodeOf(new OperationError('x')), 1);
  t.is(exitCodeOf(new ConfigError('x')), 2);
  t.is(exitCodeOf(new EngineUnreachableError('x')), 5);
  t.is(exitCodeOf(new InterruptedError()), 130);
  t.is(exitCodeOf(new Error('a defect')), 1);
});
