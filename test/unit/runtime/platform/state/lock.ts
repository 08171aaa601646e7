import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { configSchema } from '../../../../../src/runtime/config/schema/config.ts';
import { InterruptedError, OperationError } from '../../../../../src/runtime/errors.ts';
import { withProjectLock } from '../../../../../src/runtime/platform/state/lock.ts';
import { waitUntil } from '../../../../../src/runtime/wait-until.ts';

async function stateOf(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'haplat-lock-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const options = { signal: new AbortController().signal, onNote: () => undefined };
const projectIn = (stateDirectory: string) => ({ stateDirectory, config: configSchema.parse({ timeouts: { lockMs: 5000 } }) });

/** What is under way, until it is told to stop. */
async function untilStopped(signal: AbortSignal, onStop: () => void): Promise<never> {
  await waitUntil(() => Promise.resolve(signal.aborted || undefined), { timeoutMs: 10_000, pollMs: 20 });
  onStop();
  throw new InterruptedError();
}

test('who loses the lock stops in order, and says why', async (t) => {
  const state = await stateOf(t);
  let hasHealed = false;
  const working = withProjectLock(projectIn(state), options, async (signal) => {
    // As another does to a lock that has not been renewed for a while.
    await rm(join(state, 'lock'), { recursive: true });
    return untilStopped(signal, () => { hasHealed = true; });
  });
  await t.throwsAsync(working, { instanceOf: OperationError, message: /lock was lost/ });
  t.true(hasHealed);
});

test('who is interrupted is, and leaves no lock', async (t) => {
  const state = await stateOf(t);
  const interrupt = new AbortController();
  const working = withProjectLock(projectIn(state), { ...options, signal: interrupt.signal }, (signal) => untilStopped(signal, () => undefined));
  interrupt.abort();
  await t.throwsAsync(working, { instanceOf: InterruptedError });
  t.is(await withProjectLock(projectIn(state), options, () => Promise.resolve('next')), 'next');
});
