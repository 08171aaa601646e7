import test from 'ava';
import { firstIdAt } from '../../../../src/app/outbox/housekeeping.ts';
import { uuidV7 } from '../../../../src/app/uuid-v7.ts';

test('the first id of a millisecond is above all older ones and below all that are made from then on', (t) => {
  const before = Date.now();
  const id = uuidV7();
  t.true(firstIdAt(before) <= id);
  t.true(firstIdAt(Date.now() + 1) > id);
  t.is(firstIdAt(0), '00000000-0000-7000-8000-000000000000');
  t.is(firstIdAt(-1), firstIdAt(0), 'a retention of more years than there have been');
});
