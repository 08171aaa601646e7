import test from 'ava';
import * as z from 'zod';
import { uuidV7 } from '../../../src/app/uuid-v7.ts';

test('an id says when it was made, and is like no other', (t) => {
  const ids = Array.from({ length: 1000 }, () => uuidV7(0x0190_b6c2_7e3f));
  t.is(new Set(ids).size, ids.length);
  for (const id of ids) {
    t.true(z.uuidv7().safeParse(id).success, id);
    t.true(id.startsWith('0190b6c2-7e3f-7'));
  }
});

test('later ids come after earlier ones', (t) => {
  t.true(uuidV7(999) < uuidV7(1000));
  const before = uuidV7(Date.now() - 1);
  t.true(before < uuidV7());
});
