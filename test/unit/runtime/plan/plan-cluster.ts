import test from 'ava';
import { movedNodes } from '../../../../src/runtime/plan/plan-cluster.ts';
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
