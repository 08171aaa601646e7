import test from 'ava';
import { labels } from '../../../../src/runtime/engine/labels.ts';
import type { ObservedContainer } from '../../../../src/runtime/engine/port.ts';
import { OperationError } from '../../../../src/runtime/errors.ts';
import { administerJobs } from '../../../../src/runtime/jobs/administer.ts';

const { signal } = new AbortController();

function replica(name: string, own: Partial<ObservedContainer> & { component?: string } = {}): ObservedContainer {
  return {
    id: name, name, state: 'running', health: 'healthy', image: '', imageId: '', addresses: {}, createdAt: new Date(0), statusText: '',
    labels: { [labels.component]: own.component ?? 'app' },
    ...own,
  };
}

function engineWith(containers: readonly ObservedContainer[], stdout: string) {
  const asked: { name: string; command: readonly string[] }[] = [];
  return {
    asked,
    listContainers: () => Promise.resolve([...containers]),
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

test('without a replica that runs it says so', async (t) => {
  const engine = engineWith([replica('p-app_1', { state: 'exited' })], '');
  const error = await t.throwsAsync(administerJobs(engine, 'p', { action: 'show', id: 'x' }, signal), { instanceOf: OperationError });
  t.regex(error.message, /no replica of the API/);
});

test('what the replica could not do is the error', async (t) => {
  const engine = engineWith([replica('p-app_1')], '{"ok":false,"message":"connect ECONNREFUSED"}');
  await t.throwsAsync(administerJobs(engine, 'p', { action: 'show', id: 'x' }, signal), { instanceOf: OperationError, message: 'connect ECONNREFUSED' });
});

test('an answer of another version is no answer', async (t) => {
  const engine = engineWith([replica('p-app_1')], '{"ok":true,"surprise":1}');
  await t.throwsAsync(administerJobs(engine, 'p', { action: 'retry', ids: ['x'] }, signal), { message: /no answer that makes sense/ });
});
