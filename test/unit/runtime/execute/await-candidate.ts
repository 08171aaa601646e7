import test from 'ava';
import type { Engine } from '../../../../src/runtime/engine/port.ts';
import { InterruptedError, OperationError } from '../../../../src/runtime/errors.ts';
import { awaitCandidate } from '../../../../src/runtime/execute/await-candidate.ts';

const subject = 'traefik_2';
const node = 'p-keepalived_2';
const signal = new AbortController().signal;

/** An Engine on which the node's state is as told, question by question, the last for good; undefined: there is no file. */
function engineWhere(states: readonly (string | undefined)[]) {
  const asked: string[] = [];
  const exec: Engine['exec'] = (name) => {
    const state = states[Math.min(asked.length, states.length - 1)];
    asked.push(name);
    return Promise.resolve(state === undefined ? { exitCode: 1, stdout: '', stderr: 'no such file' } : { exitCode: 0, stdout: `${state}\n`, stderr: '' });
  };
  return { asked, engine: { exec } };
}

for (const state of ['BACKUP', 'MASTER']) {
  test(`a node is asked until it is ${state}`, async (t) => {
    const { asked, engine } = engineWhere([undefined, 'FAULT', state]);
    await awaitCandidate(engine, { subject, node }, { timeoutMs: 5000, signal });
    t.deepEqual(asked, [node, node, node]);
  });
}

test('a node that stays in FAULT is named with its state', async (t) => {
  const waiting = awaitCandidate(engineWhere(['FAULT']).engine, { subject, node }, { timeoutMs: 0, signal });
  const error = await t.throwsAsync(waiting, { instanceOf: OperationError });
  t.regex(error.message, /traefik_2.*FAULT/);
});

test('a node that dies while it is asked is asked again', async (t) => {
  let asked = 0;
  const exec: Engine['exec'] = () => (++asked === 1 ? Promise.reject(new Error('is not running')) : Promise.resolve({ exitCode: 0, stdout: 'BACKUP\n', stderr: '' }));
  await awaitCandidate({ exec }, { subject, node }, { timeoutMs: 5000, signal });
  t.is(asked, 2);
});

test('Ctrl-C ends the wait', async (t) => {
  const interrupted = new AbortController();
  const waiting = awaitCandidate(engineWhere(['FAULT']).engine, { subject, node }, { timeoutMs: 60_000, signal: interrupted.signal });
  interrupted.abort();
  await t.throwsAsync(waiting, { instanceOf: InterruptedError });
});
