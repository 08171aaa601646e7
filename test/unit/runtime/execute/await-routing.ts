import test from 'ava';
import { InterruptedError, OperationError } from '../../../../src/runtime/errors.ts';
import { awaitRouting } from '../../../../src/runtime/execute/await-routing.ts';
import { balancersOf } from '../../../../src/runtime/topology/balancers.ts';
import { nodesWhere, replicaAddresses, traefikAnswer } from '../_traefik.ts';
import { topologyOf } from '../topology/_context.ts';

const balancers = balancersOf(topologyOf());
const running = new AbortController().signal;

/** An Engine in whose nodes Traefik answers as told. */
function engineWhere(answers: Readonly<Record<string, readonly string[]>>) {
  const { asked, exec } = nodesWhere(answers);
  const inspectContainer = (name: string) =>
    Promise.resolve({ addresses: { 'haplat-app': replicaAddresses[name] ?? '', 'haplat-data': '172.21.1.9' } });
  return { asked, engine: { exec, inspectContainer } };
}

test('each load balancer is asked, in its node, until it sends requests to the replica', async (t) => {
  const { asked, engine } = engineWhere({
    'haplat-keepalived_1': [traefikAnswer({ '172.21.0.4': 'UP' })],
    'haplat-keepalived_2': ['', traefikAnswer({ '172.21.0.5': 'UP' }), traefikAnswer({ '172.21.0.4': 'DOWN' }), traefikAnswer({ '172.21.0.4': 'UP' })],
  });
  await awaitRouting(engine, balancers, ['haplat-app_1'], { timeoutMs: 5000, signal: running });
  t.deepEqual(asked.toSorted(), ['haplat-keepalived_1', ...Array<string>(4).fill('haplat-keepalived_2')]);
});

test('a load balancer that does not learn of a replica in time is named, and the replica', async (t) => {
  const first = traefikAnswer({ '172.21.0.4': 'UP' });
  const both = traefikAnswer({ '172.21.0.4': 'UP', '172.21.0.5': 'UP' });
  const { engine } = engineWhere({ 'haplat-keepalived_1': [both], 'haplat-keepalived_2': [first] });
  const waiting = awaitRouting(engine, balancers, ['haplat-app_1', 'haplat-app_2'], { timeoutMs: 0, signal: running });
  const error = await t.throwsAsync(waiting, { instanceOf: OperationError });
  t.is(error.message, 'traefik_2 sends no requests to haplat-app_2');
});

test('Ctrl-C ends the wait', async (t) => {
  const { engine } = engineWhere({});
  const waiting = awaitRouting(engine, balancers, ['haplat-app_1'], { timeoutMs: 5000, signal: AbortSignal.abort() });
  await t.throwsAsync(waiting, { instanceOf: InterruptedError });
});
