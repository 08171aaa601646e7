import test from 'ava';
import type { Engine, LogLine } from '../../../../src/runtime/engine/port.ts';
import { whyUnheard } from '../../../../src/runtime/observe/why-unheard.ts';
import { inspected } from '../_details.ts';
import { aService, aTopology, observedContainer } from '../plan/_build.ts';

const nodes = ['p-lb_1', 'p-lb_2'];

/** Two nodes; what the first one's tries to connect to the other end with, and what each logs. */
function engineWhere(tried: { readonly exitCode: number; readonly stderr: string } | Error, log = ''): Engine {
  const service = aService('lb_2', { container: { networks: [{ network: 'p-net', ipv4: '10.1.0.12', aliases: [] }] } });
  async function* logs(): AsyncIterable<LogLine> {
    yield await Promise.resolve({ stream: 'stdout', at: new Date(0), text: log });
  }
  const engine: Pick<Engine, 'exec' | 'inspectContainer' | 'logs'> = {
    exec: () => (tried instanceof Error ? Promise.reject(tried) : Promise.resolve({ stdout: '', ...tried })),
    inspectContainer: () => Promise.resolve(inspected(observedContainer(aTopology([service]), service))),
    logs,
  };
  return engine as Engine;
}

const silence = { exitCode: 124, stderr: '' };

test('announcements with another sender are refused: the logs say so', async (t) => {
  t.regex((await whyUnheard(engineWhere(silence, '(VI_1) Invalid VRRPv3 checksum from 172.20.0.1'), nodes)) ?? '', /as if 172\.20\.0\.1 had sent them/);
});

test('nodes that do not reach each other either are behind a firewall', async (t) => {
  t.regex((await whyUnheard(engineWhere(silence), nodes)) ?? '', /^neither reaches the other: a firewall/);
  t.regex((await whyUnheard(engineWhere({ exitCode: 1, stderr: 'connect: No route to host' }), nodes)) ?? '', /^neither reaches the other/);
});

test('of nodes that reach each other, whoever listens there, nothing is known', async (t) => {
  t.is(await whyUnheard(engineWhere({ exitCode: 0, stderr: '' }), nodes), undefined);
  t.is(await whyUnheard(engineWhere({ exitCode: 1, stderr: 'connect: Connection refused' }), nodes), undefined);
  t.is(await whyUnheard(engineWhere(new Error('it died')), nodes), undefined);
  t.is(await whyUnheard(engineWhere(silence), nodes.slice(1)), undefined);
});
