import test from 'ava';
import type { Engine } from '../../../../src/runtime/engine/port.ts';
import { InterruptedError } from '../../../../src/runtime/errors.ts';
import { awaitAllReady } from '../../../../src/runtime/execute/await-ready.ts';
import { topologyOf } from '../topology/_context.ts';

const topology = topologyOf();
const { signal } = new AbortController();
const ready = '';
const unready = 'not ready: {"status":"unavailable","checks":{"database":"down"}}';

/** An Engine where the checks say one thing after the other, the last for good; undefined: the check fails. */
function engineWhere(answers: Readonly<Record<string, readonly (string | undefined)[]>>) {
  const asked: string[] = [];
  const exec: Engine['exec'] = (name) => {
    asked.push(name);
    const own = answers[name] ?? [ready];
    const said = own[Math.min(asked.filter((one) => one === name).length, own.length) - 1];
    return Promise.resolve({ exitCode: said === undefined ? 1 : 0, stderr: '', stdout: said ?? 'no answer from port 3000' });
  };
  return { asked, engine: { exec } };
}

test('database, broker, each load balancer\'s node and each replica of API and worker are asked until they can do their work, and nobody else', async (t) => {
  const { asked, engine } = engineWhere({ 'haplat-app_2': [undefined, unready, ready] });
  const reports: string[] = [];
  await awaitAllReady(engine, topology, { signal, report: (text) => { reports.push(text); } });
  const twice = ['haplat-app_2', 'haplat-app_2'];
  t.deepEqual(asked.toSorted(), ['haplat-app_1', 'haplat-app_2', ...twice, 'haplat-db', 'haplat-keepalived_1', 'haplat-keepalived_2', 'haplat-rabbitmq', 'haplat-worker_1', 'haplat-worker_2']);
  t.deepEqual(reports, ['waiting, it does not answer', 'waiting, unavailable: database down']);
});

test('Ctrl-C ends the wait', async (t) => {
  const { engine } = engineWhere({ 'haplat-app_1': [unready] });
  await t.throwsAsync(awaitAllReady(engine, topology, { signal: AbortSignal.abort() }), { instanceOf: InterruptedError });
});
