import test from 'ava';
import { decodeCursor } from '../../../../src/app/items/cursor.ts';
import { jobJson, jobPage } from '../../../../src/app/jobs/present.ts';
import type { JobRow } from '../../../../src/app/jobs/repository.ts';
import { jobPageSchema, jobSchema } from '../../../../src/app/jobs/schemas.ts';

const row = (number: number): JobRow => ({
  id: `01a20caa-667c-73d8-8fd4-00000000000${number}`,
  item_id: '01a20caa-667c-73d8-8fd4-569977881f8c',
  type: 'item.process',
  state: 'failed',
  attempts: 5,
  error: 'the item is "gone"',
  request_id: null,
  created_at: '2026-11-24T08:27:03.685Z',
  updated_at: '2026-11-24T08:27:03Z',
  finished_at: null,
});

test('a job is printed as its schema says', (t) => {
  t.is(jobSchema.parse(JSON.parse(jobJson(row(1)))).error, 'the item is "gone"');
});

test('a page of jobs goes on after the last one shown', (t) => {
  const page = jobPage([row(1), row(2), row(3)], 2);
  t.is(jobPageSchema.parse(JSON.parse(page.json)).jobs.length, 2);
  t.is(decodeCursor(page.nextCursor ?? ''), row(2).id);
  t.is(jobPage([row(1)], 2).nextCursor, undefined);
});
