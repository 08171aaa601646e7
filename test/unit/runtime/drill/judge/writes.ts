import test from 'ava';
import { writePauseMs, writesAgain } from '../../../../../src/runtime/drill/judge/writes.ts';
import { entry, fault, history } from './_histories.ts';

const unknown = (atMs: number) => entry({ atMs: fault + atMs, process: 'unknown' });
const written = (atMs: number) => entry({ atMs: fault + atMs });

test('writes pause from the first that was not acknowledged to the next that was', (t) => {
  const ledger = [unknown(-500), written(0), unknown(100), unknown(200), written(700), unknown(1000), written(1200)];
  t.is(writePauseMs(history({ ledger })), 600);
});

test('or to the end, where none followed', (t) => {
  t.is(writePauseMs(history({ ledger: [written(0), unknown(100)], endedAtMs: fault + 4000 })), 3900);
});

test('an item whose job nobody accepted was not written whole', (t) => {
  t.is(writePauseMs(history({ ledger: [entry({ atMs: fault, process: 'refused' }), written(300)] })), 300);
});

test('writes are back when one that was begun with all healthy was acknowledged', (t) => {
  t.true(writesAgain(history({ ledger: [written(2000)], restoredAtMs: fault + 2000 })));
  t.false(writesAgain(history({ ledger: [written(1900), unknown(2100)], restoredAtMs: fault + 2000 })));
});

test('nobody can say so where no write ever was acknowledged, or all was never healthy', (t) => {
  t.is(writesAgain(history({ ledger: [unknown(-500), unknown(2100)] })), undefined);
  t.is(writesAgain(history({ ledger: [written(2100)], restoredAtMs: undefined })), undefined);
});
