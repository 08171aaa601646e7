import test from 'ava';
import { judgeCluster } from '../../../../src/runtime/cluster/judge-cluster.ts';
import type { ClusterState } from '../../../../src/runtime/cluster/state.ts';
import { aState } from './_state.ts';

const { members, resources } = aState();
const withMember = (change: Partial<ClusterState['members'][number]>) => members.map((one) => (one.name === 'lb_3' ? { ...one, ...change } : one));
const withNodes = (id: string, nodes: readonly string[]) => resources.map((one) => (one.id === id ? { ...one, nodes } : one));

test('a whole cluster has neither problems nor warnings', (t) => {
  t.deepEqual(judgeCluster(aState()), { problems: [], warnings: [] });
});

const troubles: readonly [string, Partial<ClusterState>, string][] = [
  ['no quorum', { quorate: false, votes: { expected: 3, total: 1, quorum: 2 } }, 'the cluster has no quorum: 1 of 3 votes, 2 are needed'],
  ['nobody who decides', { dc: undefined }, 'the cluster has no coordinator (DC)'],
  ['a node that is lost', { members: withMember({ online: false, unclean: true }) }, 'lb_3 is lost and not yet fenced'],
  ['a node that is no member', { members: withMember({ online: false }), resources: withNodes('traefik', ['lb_1', 'lb_2']) }, 'lb_3 is no member of the cluster'],
  ['a Traefik that does not run', { resources: withNodes('traefik', ['lb_1', 'lb_2']) }, 'Traefik does not run on lb_3'],
  ['the address nowhere', { resources: withNodes('vip', []) }, 'the cluster runs the address nowhere'],
  ['the address twice', { resources: withNodes('vip', ['lb_1', 'lb_2']) }, 'the cluster runs the address on lb_1 and lb_2'],
  ['a failed action', { failures: [{ operation: 'vip_start_0', node: 'lb_2', reason: 'not configured' }] }, 'failed action: vip_start_0 on lb_2 (not configured)'],
];
for (const [what, change, problem] of troubles) {
  test(`${what} is a problem`, (t) => {
    t.deepEqual(judgeCluster(aState(change)).problems, [problem]);
  });
}

test('no answer at all is a problem', (t) => {
  t.deepEqual(judgeCluster(undefined).problems, ['no node of the cluster answers']);
});

test('fencing that is off and a node on standby are so on purpose: warnings', (t) => {
  const { problems, warnings } = judgeCluster(
    aState({ fencing: { enabled: false, history: [] }, members: withMember({ standby: true }), resources: withNodes('traefik', ['lb_1', 'lb_2']) }),
  );
  t.deepEqual(problems, []);
  t.is(warnings.length, 2);
  t.regex(warnings[0] ?? '', /^fencing is off/);
  t.regex(warnings[1] ?? '', /^lb_3 is on standby/);
});

test('two nodes are a risk that is warned of', (t) => {
  const { problems, warnings } = judgeCluster(aState({ votes: { expected: 2, total: 2, quorum: 1 } }));
  t.deepEqual(problems, []);
  t.regex(warnings.join('; '), /^two nodes have no majority/);
});

test('a node that only votes needs no Traefik', (t) => {
  const quorum = { name: 'quorum', online: true, standby: false, unclean: false, pending: false };
  t.deepEqual(judgeCluster(aState({ members: [...members, quorum] })).problems, []);
});
