import test from 'ava';
import { checkJobIds, parseStates } from '../../../../src/cli/options/jobs.ts';
import { jobsRequestSchema } from '../../../../src/protocol/jobs.ts';
import { ConfigError } from '../../../../src/runtime/errors.ts';

test('states are named with commas between', (t) => {
  t.deepEqual(parseStates('failed, retrying'), ['failed', 'retrying']);
  t.throws(() => parseStates('lost'), { message: /queued, retrying, done, failed/ });
});

test('what is no id is refused before anything is asked', (t) => {
  const id = '0190b6c2-7e3f-7a53-9a4e-0d6d3f1c2b1a';
  t.deepEqual(checkJobIds([id]), [id]);
  t.throws(() => checkJobIds([id, '7']), { instanceOf: ConfigError, message: 'jobs: 7 is no job id' });
});

test('whatever is taken for an id here is one for those who are asked', (t) => {
  for (const id of ['0190b6c2-7e3f-7a53-9a4e-0d6d3f1c2b1a', '00000000-0000-0000-0000-000000000000', 'FFFFFFFF-1111-2222-3333-444444444444']) {
    t.deepEqual(checkJobIds([id]), [id]);
    t.true(jobsRequestSchema.safeParse({ action: 'show', id }).success, id);
  }
});
