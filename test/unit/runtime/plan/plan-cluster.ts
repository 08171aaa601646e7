import test from 'ava';
import { lostMajority, movedNodes } from '../../../../src/runtime/plan/plan-cluster.ts';
import { planUp } from '../../../../src/runtime/plan/plan-up.ts';
import type { Component } from '../../../../src/runtime/topology/topology.ts';
import { aService, asObserved, aTopology, observedContainer, withContainer } from './_build.ts';

/** A cluster of which one node only votes, at this address. */
function voting(quorumAddress: string, { serving = ['lb_1', 'lb_2'] } = {}) {
  const cluster = { cib: '', sections: '', corosync: '', hash: quorumAddress, members: [...serving, 'quorum'] };
  const node = (name: string, component: Component, ipv4: string) =>
    aService(name, { component, layer: 'load-balancer', container: { networks: [{ network: 'p-net', aliases: [], ipv4 }] } });
  const topology = aTopology([...serving.map((name, index) => node(name, 'lb', `10.1.0.${11 + index}`)), node('quorum', 'quorum', quorumAddress)], { cluster });
  const containers = topology.services.map((service) => observedContainer(topology, service, { addresses: { 'p-net': service.container.networks[0]?.ipv4 ?? '' } }));
  return { topology, observed: { ...asObserved(topology), containers, clusterHash: quorumAddress } };
}

test('of a running cluster the nodes that would get other addresses are known', (t) => {
  const four = ['lb_1', 'lb_2', 'lb_3', 'lb_4'];
  const before = voting('10.1.0.15').observed;
  t.deepEqual(movedNodes(voting('10.1.0.15', { serving: four }).topology, before), []);
  t.deepEqual(movedNodes(voting('10.1.0.17', { serving: four }).topology, before), ['quorum']);
  t.deepEqual(movedNodes(voting('10.1.0.17').topology, withContainer(before, 'p-quorum', { name: 'renamed' })), ['quorum']);
  t.deepEqual(movedNodes(voting('10.1.0.17').topology, withContainer(before, 'p-quorum', { state: 'exited', health: 'none' })), ['quorum'], 'the others run');
  const stopped = before.containers.map((one) => ({ ...one, state: 'exited' as const }));
  t.deepEqual(movedNodes(voting('10.1.0.17').topology, { ...before, containers: stopped }), [], 'none runs');
  t.deepEqual(movedNodes(voting('10.1.0.15').topology, withContainer(before, 'p-quorum', { addresses: {} })), [], 'it is not connected, and gets its own again');
});

test('where the network is replaced, all nodes begin anew by whatever address', (t) => {
  const { topology } = voting('10.1.0.17');
  const networks = topology.networks.map((one) => ({ ...one, internal: !one.internal }));
  t.deepEqual(movedNodes({ ...topology, networks }, voting('10.1.0.15').observed), []);
});

test('a running cluster is told of a changed configuration when its nodes are as they should be, one that begins is not', (t) => {
  const cluster = { cib: '', sections: '', corosync: '', hash: 'new', members: ['lb_1'] };
  const topology = aTopology([aService('lb_1', { component: 'lb', layer: 'load-balancer' })], { cluster });
  const plan = (clusterHash?: string) => planUp(topology, { ...asObserved(topology), ...(clusterHash !== undefined && { clusterHash }) }).operations;
  t.deepEqual(plan('old').map(({ id, cause }) => [id, cause]), [['apply cluster configuration', 'its configuration is old, not new']]);
  t.deepEqual(plan('new'), []);
  t.deepEqual(plan(), []);
});

test('a node too many leaves the cluster in order before it is removed', (t) => {
  const node = (name: string) => aService(name, { component: 'lb', layer: 'load-balancer' });
  const cluster = { cib: '', sections: '', corosync: '', hash: 'new', members: ['lb_1', 'lb_2'] };
  const { operations } = planUp(aTopology([node('lb_1'), node('lb_2')], { cluster }), asObserved(aTopology([node('lb_1'), node('lb_2'), node('lb_3')])));
  t.deepEqual(operations.map(({ id, after }) => [id, after]), [['stop lb_3', []], ['remove lb_3', ['stop lb_3']]]);
});

test('the others are told of a node more before it is made, and none is taken away before it serves', (t) => {
  const node = (name: string, image = 'i') => aService(name, { component: 'lb', layer: 'load-balancer', container: { image } });
  const cluster = { cib: '', sections: '', corosync: '', hash: 'new', members: ['lb_1', 'lb_2', 'lb_3'] };
  const topology = aTopology([node('lb_1', 'other'), node('lb_2'), node('lb_3')], { cluster });
  const { operations } = planUp(topology, { ...asObserved(aTopology([node('lb_1'), node('lb_2')])), clusterHash: 'old' });
  const afterOf = (id: string) => operations.find((one) => one.id === id)?.after ?? [];
  t.true(afterOf('create lb_3').includes('tell the cluster of its nodes'));
  t.true(afterOf('stop lb_1').includes('route lb_3'));
  t.true(afterOf('apply cluster configuration').includes('route lb_3'));
});

test('of fewer nodes none is replaced before the others are gone and forgotten: their votes would count against it', (t) => {
  const node = (name: string, image = 'i') => aService(name, { component: 'lb', layer: 'load-balancer', container: { image } });
  const cluster = { cib: '', sections: '', corosync: '', hash: 'new', members: ['lb_1', 'lb_2'] };
  const observed = { ...asObserved(aTopology([node('lb_1'), node('lb_2'), node('lb_3')])), clusterHash: 'old' };
  const { operations } = planUp(aTopology([node('lb_1', 'j'), node('lb_2', 'j')], { cluster }), observed);
  const afterOf = (id: string) => operations.find((one) => one.id === id)?.after ?? [];
  t.deepEqual(afterOf('tell the cluster of its nodes'), ['remove lb_3']);
  t.true(afterOf('stop lb_1').includes('tell the cluster of its nodes'));
  t.true(afterOf('stop lb_2').includes('route lb_1'));
  const { operations: later } = planUp(aTopology([node('lb_1', 'j'), node('lb_2')], { cluster }), { ...asObserved(aTopology([node('lb_1'), node('lb_2')])), clusterHash: 'old' });
  t.true(later.find(({ id }) => id === 'stop lb_1')?.after.includes('tell the cluster of its nodes'), 'a run before this one got no further');
  const moved = (ipv4: string) => aService('lb_1', { component: 'lb', layer: 'load-balancer', container: { image: 'j', networks: [{ network: 'p-net', aliases: [], ipv4 }] } });
  const { operations: elsewhere } = planUp(aTopology([moved('10.1.0.77'), node('lb_2')], { cluster }), { ...asObserved(aTopology([moved('10.1.0.9'), node('lb_2')])), clusterHash: 'old' });
  t.false(elsewhere.some(({ id }) => id === 'tell the cluster of its nodes'), 'nodes that run can not learn of other addresses');
});

test('nodes are replaced one after the other, each when the one before has joined again', (t) => {
  const node = (name: string, image = 'i') => aService(name, { component: 'lb', layer: 'load-balancer', container: { image } });
  const cluster = { cib: '', sections: '', corosync: '', hash: 'new', members: ['lb_1', 'lb_2'] };
  const { operations } = planUp(aTopology([node('lb_1', 'other'), node('lb_2', 'other')], { cluster }), asObserved(aTopology([node('lb_1'), node('lb_2')])));
  t.like(operations.find(({ id }) => id === 'route lb_1'), { kind: 'await-member', node: 'lb_1', serves: true, after: ['await lb_1'] });
  t.true(operations.find(({ id }) => id === 'stop lb_2')?.after.includes('route lb_1'));
});

test('the node that only votes takes its turn among the others: two of three votes away at once would be the majority', (t) => {
  const node = (name: string, image: string) => aService(name, { component: name === 'quorum' ? 'quorum' : 'lb', layer: 'load-balancer', container: { image } });
  const nodes = (image: string) => aTopology(['lb_1', 'lb_2', 'quorum'].map((name) => node(name, image)));
  const { operations } = planUp(nodes('j'), { ...asObserved(nodes('i')), vipHolder: 'lb_1' });
  const waits = operations.flatMap(({ id, after }) => (id.startsWith('stop') ? [[id, after.filter((one) => one.startsWith('route'))]] : []));
  t.deepEqual(Object.fromEntries(waits), { 'stop lb_2': [], 'stop quorum': ['route lb_2'], 'stop lb_1': ['route quorum'] });
});

test('a new node that gets the address of one that leaves waits for that, and is not told of before', (t) => {
  const node = (name: string) => aService(name, { component: name === 'quorum' ? 'quorum' : 'lb', layer: 'load-balancer' });
  const cluster = { cib: '', sections: '', corosync: '', hash: 'new', members: ['lb_1', 'lb_2', 'quorum'] };
  const topology = aTopology([node('lb_1'), node('lb_2'), node('quorum')], { cluster });
  const { operations } = planUp(topology, asObserved(aTopology([node('lb_1'), node('lb_2'), node('lb_3')])));
  t.true(operations.find(({ id }) => id === 'create quorum')?.after.includes('remove lb_3'));
  t.true(operations.find(({ id }) => id === 'tell the cluster of its nodes')?.after.includes('remove lb_3'));
});

test('so many nodes as leave no majority can\'t leave at once', (t) => {
  const nodes = (count: number) => Array.from({ length: count }, (_, index) => aService(`lb_${index + 1}`, { component: 'lb', layer: 'load-balancer' }));
  const cluster = { cib: '', sections: '', corosync: '', hash: 'new', members: [] };
  const lost = (from: number, to: number) => lostMajority(aTopology(nodes(to), { cluster }), asObserved(aTopology(nodes(from))));
  t.deepEqual(lost(5, 2), { leaving: 3, of: 5 });
  t.is(lost(5, 3), undefined);
  t.is(lost(3, 2), undefined);
  t.is(lost(2, 3), undefined);
});
