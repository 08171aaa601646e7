import test from 'ava';
import type { LogLine } from '../../../../src/runtime/engine/port.ts';
import { awaitHolder } from '../../../../src/runtime/execute/await-holder.ts';
import { topologyOf } from '../topology/_context.ts';

const vip = '172.20.0.100';
const signal = new AbortController().signal;
const nodes = ['haplat-keepalived_1', 'haplat-keepalived_2'];

/** Nodes that hold what is said of the n-th look, and have logged one line. */
function engineWith(holders: (look: number) => readonly string[], logged = '') {
  const looks = new Map(nodes.map((node) => [node, 0]));
  return {
    inspectContainer: () => Promise.resolve(undefined),
    exec: (name: string) => {
      const look = looks.get(name) ?? 0;
      looks.set(name, look + 1);
      return Promise.resolve({ exitCode: 0, stdout: holders(look).includes(name) ? `  |-- ${vip}\n     /32 host LOCAL\n` : '', stderr: '' });
    },
    async *logs(): AsyncIterable<LogLine> {
      yield await Promise.resolve({ stream: 'stdout' as const, at: new Date(0), text: logged });
    },
  };
}

test('the address is waited for until one node has it, and only one', async (t) => {
  const course = [[], nodes, nodes.slice(1)];
  const engine = engineWith((look) => course[look] ?? nodes.slice(1));
  await t.notThrowsAsync(awaitHolder(engine, topologyOf(), vip, { timeoutMs: 5000, signal }));
});

test('two holders, or none, are no success; the nodes\' logs may tell why', async (t) => {
  const failure = (engine: ReturnType<typeof engineWith>) =>
    t.throwsAsync(awaitHolder(engine, topologyOf(), vip, { timeoutMs: 0, signal }), { name: 'OperationError' });
  const split = await failure(engineWith(() => nodes, 'Fri Nov 27 15:03:35 2026: (haplat) Invalid VRRPv3 checksum from 172.20.0.1'));
  t.like(split, { message: `split brain: ${vip} is held by keepalived_1 and keepalived_2, still so after 0 s` });
  t.regex(JSON.stringify(split), /as if 172\.20\.0\.1 had sent them/);
  const unexplained = await failure(engineWith(() => nodes, 'Entering MASTER STATE'));
  t.like(unexplained, { details: [] });
  t.like(await failure(engineWith(() => [])), { message: `nobody holds ${vip}, still so after 0 s` });
  const holder = engineWith(() => nodes.slice(0, 1));
  const mute = { ...holder, exec: (name: string) => (name === nodes[0] ? holder.exec(name) : Promise.reject(new Error('no answer'))) };
  t.like(await failure(mute), { message: `keepalived_2 can't be asked whether it holds ${vip}: no answer, still so after 0 s` });
});
