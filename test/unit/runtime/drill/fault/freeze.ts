import test from 'ava';
import { freezeContainer } from '../../../../../src/runtime/drill/fault/freeze.ts';

/** An Engine that fails to pause with these, one after the other, and then pauses. */
function engineThatFails(...messages: readonly string[]) {
  const calls: string[] = [];
  const pauseContainer = (container: string): Promise<void> => {
    const message = messages[calls.length];
    calls.push(container);
    return message === undefined ? Promise.resolve() : Promise.reject(new Error(message));
  };
  return { calls, pauseContainer };
}

const going = new AbortController().signal;
const gaveUp = 'pause p-db: Cannot pause container 29: OCI runtime pause failed: unable to freeze: unknown';

test('what runc could not freeze is tried again', async (t) => {
  const engine = engineThatFails(gaveUp, gaveUp);
  await freezeContainer(engine, 'p-db', going);
  t.deepEqual(engine.calls, ['p-db', 'p-db', 'p-db']);
});

test('it is given up in the end, and any other error at once', async (t) => {
  const never = engineThatFails(...Array<string>(100).fill(gaveUp));
  await t.throwsAsync(freezeContainer(never, 'p-db', going), { message: gaveUp });
  t.true(never.calls.length < 10);
  const gone = engineThatFails('pause p-db: No such container: p-db');
  await t.throwsAsync(freezeContainer(gone, 'p-db', going), { message: /No such container/ });
  t.is(gone.calls.length, 1);
});

test('nothing is tried again after an abort: what was healed must not be paused afterwards', async (t) => {
  const engine = engineThatFails(gaveUp);
  await t.throwsAsync(freezeContainer(engine, 'p-db', AbortSignal.abort()), { message: gaveUp });
  t.is(engine.calls.length, 1);
});
