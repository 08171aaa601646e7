import test from 'ava';
import type { Engine } from '../../../../src/runtime/engine/port.ts';
import { InterruptedError, OperationError } from '../../../../src/runtime/errors.ts';
import { awaitRouting } from '../../../../src/runtime/execute/await-routing.ts';
import { topologyOf } from '../topology/_context.ts';

/** An Engine in whose nodes Traefik answers as told, question by question. */
function engineWhere(answers: Readonly<Record<string, readonly number[]>>): { readonly asked: string[]; readonly engine: Pick<Engine, 'exec'> } {
  const asked: string[] = [];
  const exec: Engine['exec'] = (name) => {
    const exitCode = answers[name]?.[asked.filter((one) => one === name).length] ?? 1;
    asked.push(name);
    return Promise.resolve({ exitCode, stdout: '', stderr: '' });
  };
  return { asked, engine: { exec } };
}

const running = new AbortController().signal;

test('each load balancer is asked, in its node, until it knows the application', async (t) => {
  const { asked, engine } = engineWhere({ 'haplat-keepalived_1': [0], 'haplat-keepalived_2': [1, 1, 0] });
  await awaitRouting(engine, topologyOf(), { timeoutMs: 5000, signal: running });
  t.deepEqual(asked.toSorted(), ['haplat-keepalived_1', ...Array<string>(3).fill('haplat-keepalived_2')]);
});

test('a load balancer that does not learn of the application in time is named', async (t) => {
  const { engine } = engineWhere({ 'haplat-keepalived_1': [0] });
  const error = await t.throwsAsync(awaitRouting(engine, topologyOf(), { timeoutMs: 0, signal: running }), { instanceOf: OperationError });
  t.is(error.message, 'traefik_2 knows no replica of the application');
});

test('Ctrl-C ends the wait', async (t) => {
  const { engine } = engineWhere({});
  await t.throwsAsync(awaitRouting(engine, topologyOf(), { timeoutMs: 5000, signal: AbortSignal.abort() }), { instanceOf: InterruptedError });
});
