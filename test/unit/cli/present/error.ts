import test from 'ava';
import { presentError } from '../../../../src/cli/present/error.ts';
import { ConfigError, OperationError } from '../../../../src/runtime/errors.ts';

test('an error is what is wrong, then what to do, then details; no stack', (t) => {
  const error = new ConfigError('haplat.yaml: a: is wrong', { remedy: 'mend it', details: ['more'] });
  t.is(presentError(error, { verbose: false }), 'error: haplat.yaml: a: is wrong\n  → mend it\n  more\n');
});

test('where nobody on the way knew what to do, there is a word all the same', (t) => {
  t.regex(presentError(new OperationError('start x: it failed'), { verbose: false }), /^error: start x: it failed\n {2}→ run the same command again/);
});

test('verbose adds the stack and the causes', (t) => {
  const text = presentError(new OperationError('outer', { cause: new Error('inner') }), { verbose: true });
  t.regex(text, /^error: outer\n.*\n {4}at /);
  t.true(text.includes('caused by: inner'));
});
