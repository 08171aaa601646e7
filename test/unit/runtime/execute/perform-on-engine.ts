import test from 'ava';
import type { Engine } from '../../../../src/runtime/engine/port.ts';
import { InterruptedError, OperationError } from '../../../../src/runtime/errors.ts';
import { performOnEngine } from '../../../../src/runtime/execute/perform-on-engine.ts';

const { signal } = new AbortController();

function starting(error: Error): Promise<void> {
  const engine = { startContainer: () => Promise.reject(error) } satisfies Partial<Engine> as unknown as Engine;
  const nothing = () => Promise.resolve();
  const perform = performOnEngine(engine, { healthyTimeoutMs: 1000, writeFiles: nothing, ensureImage: nothing });
  return perform({ id: 'start app_1', kind: 'start-container', subject: 'app_1', cause: 'absent', after: [], container: 'p-app_1' }, () => undefined, signal);
}

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
