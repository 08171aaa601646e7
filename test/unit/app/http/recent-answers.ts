import test from 'ava';
import { RecentAnswers } from '../../../../src/app/http/recent-answers.ts';

function answersAt() {
  const clock = { ms: 1_234_567 };
  const answers = new RecentAnswers(() => clock.ms);
  const note = (...statuses: number[]) => { for (const status of statuses) answers.note(status); };
  return { clock, answers, note };
}

test('most of several answers failed: clients are not served', (t) => {
  const { answers, note } = answersAt();
  t.false(answers.areFailing, 'nobody has asked');
  note(500, 503, 504, 503);
  t.false(answers.areFailing, 'four say nothing');
  note(500);
  t.true(answers.areFailing);
  note(200, 201, 204, 200, 404);
  t.false(answers.areFailing, 'half of them is not most');
});

test('what clients do wrong, and methods that nobody knows, are no failures', (t) => {
  const { answers, note } = answersAt();
  note(400, 404, 409, 422, 501, 501);
  t.false(answers.areFailing);
});

test('what is over some seconds ago does not count, also when nobody has asked since', (t) => {
  const { clock, answers, note } = answersAt();
  for (let second = 0; second < 3; second += 1) {
    note(500, 500, 500);
    clock.ms += 1000;
  }
  t.true(answers.areFailing);
  clock.ms += 1000;
  t.false(answers.areFailing);
  note(200, 200, 200, 200, 200);
  t.false(answers.areFailing);
});
