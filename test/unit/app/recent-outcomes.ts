import test from 'ava';
import { RecentOutcomes } from '../../../src/app/recent-outcomes.ts';

function outcomesAt(silenceMs?: number) {
  const clock = { ms: 1_234_567 };
  const outcomes = new RecentOutcomes({ nowMs: () => clock.ms, ...(silenceMs !== undefined && { silenceMs }) });
  const note = (kind: string, results: string) => { for (const result of results) outcomes.note(kind, result === 'x'); };
  return { clock, outcomes, note };
}

test('most of several failed: clients are not served', (t) => {
  const { outcomes, note } = outcomesAt();
  t.deepEqual(outcomes.failing, [], 'nobody has asked');
  note('GET /items', '.xxxx');
  note('GET /items', 'x');
  t.deepEqual(outcomes.failing, ['GET /items']);
  note('GET /items', '....');
  t.deepEqual(outcomes.failing, [], 'half of them is not most');
});

test('four failures say nothing of the fifth', (t) => {
  const { outcomes, note } = outcomesAt();
  note('GET /items', 'xxxx');
  t.deepEqual(outcomes.failing, []);
});

test('one kind of work is not hidden by another that works', (t) => {
  const { outcomes, note } = outcomesAt();
  note('GET /items', '.'.repeat(500));
  note('POST /items', 'xxxxx');
  note('DELETE /items/{id}', 'xxxxx');
  t.deepEqual(outcomes.failing, ['DELETE /items/{id}', 'POST /items']);
  t.false(outcomes.areMostFailing);
  note('GET /items', 'x'.repeat(501));
  t.true(outcomes.areMostFailing);
});

test('what is over some seconds ago does not count, also when nobody has asked since', (t) => {
  const { clock, outcomes, note } = outcomesAt();
  for (let second = 0; second < 3; second += 1) {
    note('job', 'xx.x');
    clock.ms += 1000;
  }
  t.deepEqual(outcomes.failing, ['job']);
  clock.ms += 1000;
  t.deepEqual(outcomes.failing, []);
  note('job', '.....');
  t.deepEqual(outcomes.failing, []);
});

test('where there is little of it, each of the last few counts, however long they took to come', (t) => {
  const { clock, outcomes, note } = outcomesAt();
  for (let time = 0; time < 5; time += 1) {
    clock.ms += 6000;
    note('POST /items', 'x');
  }
  t.deepEqual(outcomes.failing, ['POST /items']);
  clock.ms += 3001;
  t.deepEqual(outcomes.failing, [], 'too long ago to say anything of now');
  note('POST /items', 'x.');
  t.deepEqual(outcomes.failing, [], 'one that worked ends it');
});

test('how long silence may be is the caller\'s to say', (t) => {
  const { clock, outcomes, note } = outcomesAt(20_000);
  note('job', 'xxxxx');
  clock.ms += 20_000;
  t.deepEqual(outcomes.failing, ['job']);
  clock.ms += 1;
  t.deepEqual(outcomes.failing, []);
});

test('failures that are too far apart are not one outage', (t) => {
  const { clock, outcomes, note } = outcomesAt();
  for (let time = 0; time < 9; time += 1) {
    clock.ms += 8000;
    note('POST /items', 'x');
  }
  t.deepEqual(outcomes.failing, []);
});
