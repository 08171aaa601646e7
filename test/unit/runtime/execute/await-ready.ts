import test from 'ava';
import type { Engine } from '../../../../src/runtime/engine/port.ts';
import { InterruptedError } from '../../../../src/runtime/errors.ts';
import { awaitReady } from '../../../../src/runtime/execute/await-ready.ts';
import { topologyOf } from '../topology/_context.ts';

const topology = topologyOf();
const running = new AbortController().signal;
const ready = 'HTTP/1.0 200 OK\r\n\r\n{"ready":true}';
const unready = 'HTTP/1.0 503 Service Unavailable\r\n\r\n{"ready":false,"checks":{"database":"down"}}';

/** An Engine whose replicas answer one thing after the other, the last for good. */
function engineWhere(answers: Readonly<Record<string, readonly string[]>>) {
  const asked: string[] = [];
  const exec: Engine['exec'] = (name) => {
    asked.push(name);
    const own = answers[name] ?? [];
    return Promise.resolve({ exitCode: 0, stderr: '', stdout: own[Math.min(asked.filter((one) => one === name).length, own.length) - 1] ?? '' });
  };
  return { asked, engine: { exec } };
}

test('each replica of the API is asked until it can do its work, and nobody else', async (t) => {
  const { asked, engine } = engineWhere({ 'haplat-app_1': [ready], 'haplat-app_2': ['', unready, ready] });
  await awaitReady(engine, topology, running);
  t.deepEqual(asked.toSorted(), ['haplat-app_1', 'haplat-app_2', 'haplat-app_2', 'haplat-app_2']);
});

test('Ctrl-C ends the wait', async (t) => {
  const { engine } = engineWhere({ 'haplat-app_1': [unready], 'haplat-app_2': [ready] });
  await t.throwsAsync(awaitReady(engine, topology, AbortSignal.abort()), { instanceOf: InterruptedError });
});
