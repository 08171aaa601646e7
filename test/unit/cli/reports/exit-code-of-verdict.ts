import test from 'ava';
import { exitCodeOfVerdict } from '../../../../src/cli/reports/exit-code-of-verdict.ts';
import { history, samplesWith } from '../../runtime/drill/judge/_histories.ts';
import { named } from '../../runtime/drill/report/_results.ts';

const passed = named('passed', [history()]);
const failed = named('failed', [history({ samples: samplesWith([[0, 1500]]) })]);
const unproven = named('unproven', [history({ samples: [] })]);
const slower = (drill: string) => ({ drill, measure: 'downtimeP50Ms', beforeMs: 1, nowMs: 100 }) as const;
const compared = (...regressions: readonly ReturnType<typeof slower>[]) => ({ regressions, isUncompared: false });

test('a drill that passed and has become slower is a missed objective, also beside one that proves nothing', (t) => {
  t.is(exitCodeOfVerdict('pass', compared(), [passed]), 0);
  t.is(exitCodeOfVerdict('pass', compared(slower('passed')), [passed]), 3);
  t.is(exitCodeOfVerdict('inconclusive', compared(slower('passed')), [passed, unproven]), 3);
});

test('what proves nothing is no slower for it', (t) => {
  t.is(exitCodeOfVerdict('inconclusive', compared(slower('unproven')), [passed, unproven]), 4);
  t.is(exitCodeOfVerdict('fail', compared(), [failed, unproven]), 3);
});

test('a comparison that was asked for and could not be made proves nothing', (t) => {
  t.is(exitCodeOfVerdict('pass', { regressions: [], isUncompared: true }, [passed]), 4);
  t.is(exitCodeOfVerdict('fail', { regressions: [], isUncompared: true }, [failed]), 3);
});
