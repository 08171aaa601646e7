import test from 'ava';
import { printedTimeMs, whyFailed } from '../../../../../src/runtime/drill/fault/script-output.ts';

test('the time is that of the last line, whatever a tool has said before', (t) => {
  t.is(printedTimeMs('1700000000.250000\n'), 1_700_000_000_250);
  t.is(printedTimeMs('set\n1700000000.250000'), 1_700_000_000_250);
});

test('what failed says why, or at least how it ended', (t) => {
  t.is(whyFailed({ exitCode: 1, stderr: 'no space left\n' }), 'no space left');
  t.is(whyFailed({ exitCode: 137, stderr: '\n' }), 'exit code 137');
});
