import test from 'ava';
import type { LedgerEntry } from '../../../../../src/runtime/drill/judge/history.ts';
import { checkLedger } from '../../../../../src/runtime/drill/judge/ledger.ts';
import { entry } from './_histories.ts';

const item = { id: 'i-1', name: 'drill k-1', processedCount: 1 };
const nothingWrong = { lost: 0, duplicated: 0, altered: 0, unknown: 0, unverified: 0 };

const anomalies: readonly (readonly [string, Partial<LedgerEntry>, Partial<ReturnType<typeof checkLedger>>])[] = [
  ['an item and its job, both as acknowledged, are nothing to speak of', {}, {}],
  ['an acknowledged item that is not there is lost, and its effect cannot be verified', { found: [] }, { lost: 1, unverified: 1 }],
  ['two items under one key are a duplicate', { found: [item, { ...item, id: 'i-2' }] }, { duplicated: 1 }],
  ['an item with another name is altered', { found: [{ ...item, name: 'else' }] }, { altered: 1 }],
  ['an item whose id is another’s is altered', { found: [{ ...item, id: 'i-9' }] }, { altered: 1, unverified: 1 }],
  ['an acknowledged job that is not known is lost', { job: 'missing' }, { lost: 1 }],
  ['an acknowledged job that has failed for good is lost', { job: 'failed', found: [{ ...item, processedCount: 0 }] }, { lost: 1 }],
  ['an acknowledged job that waits or is tried again is not lost, but nothing is proved', { job: 'retrying', found: [{ ...item, processedCount: 0 }] }, { unverified: 1 }],
  ['a job that says it is done without its effect is lost', { found: [{ ...item, processedCount: 0 }] }, { lost: 1 }],
  ['a job whose effect came twice is a duplicate', { found: [{ ...item, processedCount: 2 }] }, { duplicated: 1 }],
  ['a write that timed out and is there is unknown and no more', { create: 'unknown', itemId: undefined, process: 'not-tried', job: undefined }, { unknown: 1 }],
  ['a write that timed out and is not there is not lost', { create: 'unknown', itemId: undefined, process: 'not-tried', job: undefined, found: [] }, { unknown: 1 }],
  ['a refused write is neither', { create: 'refused', itemId: undefined, process: 'not-tried', job: undefined, found: undefined }, {}],
  ['an item that could not be looked up is unverified, and so is its job', { found: undefined }, { unverified: 2 }],
  ['a job that could not be looked up is unverified', { job: undefined }, { unverified: 1 }],
];

for (const [title, changes, expected] of anomalies) {
  test(title, (t) => {
    t.like(checkLedger([entry(changes)]), { ...nothingWrong, ...expected });
  });
}

test('items and jobs are counted as acknowledged each for itself', (t) => {
  t.is(checkLedger([entry(), entry({ key: 'k-2', process: 'unknown', job: undefined })]).acknowledged, 3);
});

test('anomalies name their keys', (t) => {
  t.deepEqual(checkLedger([entry({ found: [{ ...item, name: 'else' }] })]).anomalies, [{ key: 'k-1', what: 'item altered' }]);
});
