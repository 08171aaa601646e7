import test from 'ava';
import { unsuppressed } from '../../../../../src/runtime/drill/run/unsuppressed.ts';
import { EngineUnreachableError, InterruptedError, OperationError } from '../../../../../src/runtime/errors.ts';

async function endedBy(first: Error, ...later: readonly Error[]): Promise<unknown> {
  try {
    await using ends = new AsyncDisposableStack();
    for (const error of later.toReversed()) ends.defer(() => Promise.reject(error));
    throw first;
  } catch (error) {
    return unsuppressed(error);
  }
}

const notUndone = new OperationError('pause app_1 could not be undone: no disk', { remedy: 'haplat heal' });

test('an error of its own stays what it is', async (t) => {
  t.is(await endedBy(notUndone), notUndone);
});

test('a fault that could not be undone, nor at the end, is told once, with what to do', async (t) => {
  const error = await endedBy(notUndone, notUndone);
  t.true(error instanceof OperationError);
  t.like(error, { message: notUndone.message, remedy: 'haplat heal', details: [] });
});

test('what was interrupted stays interrupted, and tells of what is left behind', async (t) => {
  const error = await endedBy(new InterruptedError(), notUndone, new Error('the probe is still there'));
  t.true(error instanceof InterruptedError);
  t.like(error, { message: 'interrupted', remedy: 'haplat heal', details: [notUndone.message, 'the probe is still there'] });
});

test('an Engine that was lost is told as such', async (t) => {
  t.true((await endedBy(new EngineUnreachableError('it is gone'), new EngineUnreachableError('it is still gone'))) instanceof EngineUnreachableError);
});
