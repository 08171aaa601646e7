import test from 'ava';
import { InterruptedError, OperationError } from '../../../../src/runtime/errors.ts';
import { startContainer } from '../../../../src/runtime/execute/start-container.ts';

const starting = (error: Error) => startContainer({ startContainer: () => Promise.reject(error) }, { container: 'p-app_1', subject: 'app_1' });

test('a container that can’t be started can be made anew, and the error says how', async (t) => {
  const cause = new OperationError('start p-app_1: container with given ID already exists');
  const error = await t.throwsAsync(starting(cause), { instanceOf: OperationError, message: cause.message });
  t.is(error.remedy, 'if it fails each time: "haplat up --renew app_1" makes the container anew');
  t.is(error.cause, cause);
});

test('an error with a remedy of its own, or an interruption, stays what it is', async (t) => {
  const known = new OperationError('start p-app_1: no', { remedy: 'do that' });
  t.is(await t.throwsAsync(starting(known)), known);
  const interrupted = new InterruptedError();
  t.is(await t.throwsAsync(starting(interrupted)), interrupted);
});
