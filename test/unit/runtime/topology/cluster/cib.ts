import test from 'ava';
import { elementsOf, parseXml } from '../../../../../src/runtime/cluster/parse-xml.ts';
import { clusterConfiguration } from '../../../../../src/runtime/topology/cluster/cib.ts';
import { contextOf } from '../_context.ts';

const configurationOf = (loadBalancers: object = {}, rest: object = {}) =>
  clusterConfiguration(contextOf({ loadBalancers: { manager: 'pacemaker', ...loadBalancers }, ...rest }));
const cibOf = (loadBalancers: object = {}, rest: object = {}) => parseXml(configurationOf(loadBalancers, rest).cib);
const optionsOf = (loadBalancers: object) =>
  Object.fromEntries(elementsOf(cibOf(loadBalancers), 'nvpair').map(({ attributes }) => [attributes['name'] ?? '', attributes['value'] ?? '']));

test('every id is given once', (t) => {
  for (const own of [{}, { nodes: 2 }, { nodes: 4, quorumNode: true }, { fencing: false }]) {
    const all = JSON.stringify(cibOf(own)).match(/"id":"[^"]*"/g) ?? [];
    t.is(new Set(all).size, all.length);
  }
});

test('the address has no interface of its own, and is where a Traefik is healthy', (t) => {
  const cib = cibOf();
  const [address] = elementsOf(cib, 'primitive').filter(({ attributes }) => attributes['id'] === 'vip');
  const parameters = elementsOf(address ?? cib, 'nvpair').map(({ attributes }) => attributes['name']);
  t.true(parameters.includes('ip'));
  t.false(parameters.includes('nic'));
  t.like(elementsOf(cib, 'rsc_colocation')[0]?.attributes, { rsc: 'vip', 'with-rsc': 'traefik-clone', score: 'INFINITY' });
});

test('it goes where the API is reached, by more than it stays, unless Traefik is the user\'s', (t) => {
  const [rule] = elementsOf(cibOf(), 'rule');
  const stickiness = Number(optionsOf({})['resource-stickiness']);
  t.true(Number(rule?.attributes['score']) > stickiness && stickiness > 0);
  t.is(optionsOf({})['reach_path'], '/healthz');
  const place = { traefikConfig: '/t.yml', keyFile: '/key', user: '', log: '/log', isContained: false };
  const onHosts = parseXml(clusterConfiguration(contextOf({ loadBalancers: { manager: 'pacemaker' } }), place).cib);
  t.deepEqual(elementsOf(onHosts, 'rule'), []);
});

test('the agent of the address is ours where there is something to hand over, and else the one that every host has', (t) => {
  const place = { traefikConfig: '/t.yml', keyFile: '/key', user: '', log: '/log', isContained: false };
  const agentOf = (cib: string) => elementsOf(parseXml(cib), 'primitive').find(({ attributes }) => attributes['id'] === 'vip')?.attributes;
  t.like(agentOf(configurationOf().cib), { class: 'ocf', provider: 'haplat', type: 'address' });
  const context = contextOf({ loadBalancers: { manager: 'pacemaker' } });
  t.like(agentOf(clusterConfiguration(context, place).cib), { class: 'ocf', provider: 'heartbeat', type: 'IPaddr2' });
});

test('each node can be fenced through either proxy', (t) => {
  const cib = cibOf();
  t.deepEqual(
    elementsOf(cib, 'fencing-level').map(({ attributes }) => [attributes['target'], attributes['index'], attributes['devices']]),
    ['lb_1', 'lb_2', 'lb_3'].flatMap((node) => [[node, '1', 'fence_1'], [node, '2', 'fence_2']]),
  );
  t.is(optionsOf({})['stonith-enabled'], 'true');
  t.is(optionsOf({})['pcmk_host_map'], 'lb_1:haplat-lb_1;lb_2:haplat-lb_2;lb_3:haplat-lb_3');
});

test('without fencing there are no devices', (t) => {
  const cib = cibOf({ fencing: false });
  t.deepEqual([...elementsOf(cib, 'fencing-level'), ...elementsOf(cib, 'fencing-topology')], []);
  t.is(optionsOf({ fencing: false })['stonith-enabled'], 'false');
});

test('of two nodes the one that serves wins', (t) => {
  t.is(optionsOf({ nodes: 2 })['priority-fencing-delay'], '2s');
  t.is(optionsOf({})['priority-fencing-delay'], undefined);
});

test('a node that only votes runs nothing', (t) => {
  const locations = elementsOf(cibOf({ nodes: 2, quorumNode: true }), 'rsc_location').map(({ attributes }) => [attributes['rsc'], attributes['node'], attributes['score']]);
  t.deepEqual(locations.filter(([, node]) => node !== undefined), [['vip', 'quorum', '-INFINITY'], ['traefik-clone', 'quorum', '-INFINITY']]);
});

test('the hash is the same for the same configuration, and another for another', (t) => {
  t.is(configurationOf().hash, configurationOf().hash);
  t.not(configurationOf().hash, configurationOf({ fencing: false }).hash);
  t.not(configurationOf().hash, configurationOf({}, { network: { vip: '172.20.0.101' } }).hash);
  t.true(configurationOf().cib.includes(`name="haplat-configuration" value="${configurationOf().hash}"`));
});
