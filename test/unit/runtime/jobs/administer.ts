import test from 'ava';
import { labels } from '../../../../src/runtime/engine/labels.ts';
import type { ContainerDetails } from '../../../../src/runtime/engine/port.ts';
import { OperationError } from '../../../../src/runtime/errors.ts';
import { administerJobs } from '../../../../src/runtime/jobs/administer.ts';

const { signal } = new AbortController();

function replica(name: string, { component = 'app', said = '', ...own }: Partial<ContainerDetails> & { component?: string; said?: string } = {}): ContainerDetails {
  return {
    id: name, name, state: 'running', health: 'healthy', image: '', imageId: '', addresses: {},
    labels: { [labels.component]: component },
    startedAt: undefined, exitCode: 0, restartCount: 0, pid: 1, failedChecks: 0,
    healthLog: [{ endedAt: new Date(1), exitCode: 0, output: said }],
    ...own,
  };
}

function engineWith(containers: readonly ContainerDetails[], stdout: string) {
  const asked: { name: string; command: readonly string[] }[] = [];
  return {
    asked,
    listContainers: () => Promise.resolve([...containers]),
    inspectContainer: (name: string) => Promise.resolve(containers.find((one) => one.name === name)),
    exec: (name: string, command: readonly string[]) => {
      asked.push({ name, command });
      return Promise.resolve({ exitCode: 0, stdout, stderr: '' });
    },
  };
}

test('a healthy replica of the API is asked, by a command in its container', async (t) => {
  const containers = [replica('p-db', { component: 'db' }), replica('p-app_1', { health: 'unhealthy' }), replica('p-app_2')];
  const engine = engineWith(containers, '{"ok":true,"jobs":[],"deadLetters":3}');
  const answer = await administerJobs(engine, 'p', { action: 'list', states: ['failed'], limit: 5 }, signal);
  t.is(answer.deadLetters, 3);
  t.is(engine.asked[0]?.name, 'p-app_2');
  t.deepEqual(engine.asked[0]?.command.slice(0, 3), ['haplat', 'serve', 'jobs']);
});

test('one that can do its work is asked before one that can\'t, and that one before nobody', async (t) => {
  const cutOff = replica('p-app_1', { said: 'not ready: {"status":"unavailable","checks":{"database":"down"}}' });
  const asked = async (...containers: ContainerDetails[]) => {
    const engine = engineWith(containers, '{"ok":true,"jobs":[],"deadLetters":0}');
    await administerJobs(engine, 'p', { action: 'list', states: [], limit: 1 }, signal);
    return engine.asked[0]?.name;
  };
  t.is(await asked(cutOff, replica('p-app_2')), 'p-app_2');
  t.is(await asked(replica('p-app_2', { health: 'unhealthy' }), cutOff), 'p-app_1');
});

test('without a replica that runs it says so', async (t) => {
  const engine = engineWith([replica('p-app_1', { state: 'exited' })], '');
  const error = await t.throwsAsync(administerJobs(engine, 'p', { action: 'show', id: 'x' }, signal), { instanceOf: OperationError });
  t.regex(error.message, /no replica of the API/);
});

test('what the replica could not do is the error', async (t) => {
  const engine = engineWith([replica('p-app_1')], '{"ok":false,"message":"connect ECONNREFUSED"}');
  await t.throwsAsync(administerJobs(engine, 'p', { action: 'show', id: 'x' }, signal), { instanceOf: OperationError, message: 'connect ECONNREFUSED' });
});

test('what was done before a drain broke off is told', async (t) => {
  const letter = { jobId: null, reason: 'not-json', error: null, bytes: 1, content: 'x', action: 'discarded' };
  const told = async (rest: object) => {
    const engine = engineWith([replica('p-app_1')], JSON.stringify({ ok: true, letters: [letter], ...rest }));
    return administerJobs(engine, 'p', { action: 'drain', discard: true, limit: 1 }, signal);
  };
  t.like(await told({ left: null, error: 'fetch failed' }), { letters: { length: 1 }, left: null, error: 'fetch failed' });
  t.like(await told({ left: 0 }), { letters: { length: 1 }, left: 0, error: null });
});

test('a job in a state that only another version knows is shown all the same', async (t) => {
  const job = { jobId: 'x', itemId: 'y', type: 'z', state: 'paused', attempts: 0, error: null, requestId: null, createdAt: '', updatedAt: '', finishedAt: null };
  const engine = engineWith([replica('p-app_1')], JSON.stringify({ ok: true, job: { ...job, since: 'later' } }));
  t.deepEqual(await administerJobs(engine, 'p', { action: 'show', id: 'x' }, signal), { job });
});

test('an answer of another version is no answer', async (t) => {
  const engine = engineWith([replica('p-app_1')], '{"ok":true,"surprise":1}');
  await t.throwsAsync(administerJobs(engine, 'p', { action: 'retry', ids: ['x'] }, signal), { message: /no answer that makes sense/ });
});
