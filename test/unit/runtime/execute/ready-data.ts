import test from 'ava';
import { OperationError } from '../../../../src/runtime/errors.ts';
import { readyData } from '../../../../src/runtime/execute/ready-data.ts';

const asked = { subject: 'rabbitmq', container: 'p-rabbitmq', command: ['make', 'ready'] };

test('the container that has the data makes it ready', async (t) => {
  const calls: unknown[] = [];
  await readyData({ exec: (...call) => { calls.push(call.slice(0, 2)); return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' }); } }, asked);
  t.deepEqual(calls, [['p-rabbitmq', ['make', 'ready']]]);
});

test('where it can\'t, that is an error with what it said', async (t) => {
  const exec = () => Promise.resolve({ exitCode: 64, stdout: 'Error:\n', stderr: 'not supported by node\n' });
  const error = await t.throwsAsync(readyData({ exec }, asked), { instanceOf: OperationError });
  t.is(error.message, 'rabbitmq can\'t ready its data for another version: "make ready" ended with exit code 64');
  t.deepEqual(error.details, ['Error:', 'not supported by node']);
});
