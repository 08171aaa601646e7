import test from 'ava';
import { planUp } from '../../../../src/runtime/plan/plan-up.ts';
import { aService, aTopology, asObserved, withContainer } from './_build.ts';

const ids = (plan: ReturnType<typeof planUp>) => plan.operations.map((operation) => operation.id);

test('a network whose subnet changed is made anew, and all that was attached to it', (t) => {
  const services = [aService('app_1'), aService('app_2')];
  const before = aTopology(services);
  const after = aTopology(services, {
    networks: [{ name: 'p-net', subnet: '10.2.0.0/24', gateway: '10.2.0.1', internal: true, labels: {} }],
  });
  const plan = planUp(after, asObserved(before));
  const removal = plan.operations.find((operation) => operation.id === 'remove network p-net');
  t.is(removal?.cause, 'its subnet is 10.1.0.0/24, not 10.2.0.0/24');
  t.deepEqual(removal?.after, ['remove app_1', 'remove app_2']);
  t.true(ids(plan).indexOf('create network p-net') < ids(plan).indexOf('create app_1'));
});

for (const [state, expected] of [
  ['exited', ['start app_1', 'await app_1']],
  ['created', ['start app_1', 'await app_1']],
  ['paused', ['unpause app_1', 'await app_1']],
  ['restarting', ['await app_1']],
  ['dead', ['stop app_1', 'remove app_1', 'create app_1', 'start app_1', 'await app_1']],
] as const) {
  test(`a container that is ${state} gets: ${expected.join(', ')}`, (t) => {
    const topology = aTopology([aService('app_1')]);
    const observed = withContainer(asObserved(topology), 'p-app_1', { state, health: 'none' });
    t.deepEqual(ids(planUp(topology, observed)), [...expected]);
  });
}

test('a network that would give the virtual address to anybody, or keeps an address from who is to have it, is made anew', (t) => {
  const held = { reserved: { vip: '10.1.0.200' }, ipRange: '10.1.0.0/25' };
  const node = aService('keepalived_1', { container: { networks: [{ network: 'p-net', aliases: [], ipv4: '10.1.0.202' }] } });
  const topology = aTopology([node], { networks: [{ name: 'p-net', subnet: '10.1.0.0/24', gateway: '10.1.0.1', internal: false, labels: {}, ...held }] });
  const observed = asObserved(topology);
  const causeWith = (change: object) =>
    planUp(topology, { ...observed, networks: observed.networks.map((one) => ({ ...one, ...change })) }).operations.find(({ id }) => id === 'create network p-net')?.cause;
  t.is(causeWith({ ipRange: '10.1.0.0/25', reserved: ['10.1.0.200'] }), undefined);
  t.is(causeWith({}), undefined, 'one of an earlier haplat');
  t.is(causeWith({ ipRange: '10.1.0.0/25', reserved: ['10.1.0.7'] }), undefined, 'an address that nobody wants');
  t.is(causeWith({ ipRange: '10.1.0.128/25', reserved: ['10.1.0.7'] }), 'it gives the addresses of 10.1.0.128/25 to anybody, 10.1.0.200 among them');
  t.is(causeWith({ reserved: ['10.1.0.202'] }), 'it keeps 10.1.0.202 from everybody');
});

test('where a network is replaced, replicas too many and nodes more or renamed wait for nobody: all go down anyway', (t) => {
  const elsewhere = { networks: [{ name: 'p-net', subnet: '10.2.0.0/24', gateway: '10.2.0.1', internal: true, labels: {} }] };
  const replicas = (...names: string[]) => names.map((name) => aService(name));
  t.notThrows(() => planUp(aTopology(replicas('app_1', 'app_2'), elsewhere), asObserved(aTopology(replicas('app_1', 'app_2', 'app_3')))));
  const nodes = (...names: string[]) => names.map((name) => aService(name, { component: 'lb', layer: 'load-balancer' }));
  const cluster = { cib: '', sections: '', corosync: '', hash: 'new', members: [] };
  const three = { ...asObserved(aTopology(nodes('lb_1', 'lb_2', 'lb_3'))), clusterHash: 'old' };
  const { operations } = planUp(aTopology(nodes('lb_1', 'lb_2', 'lb_3', 'lb_4', 'lb_5'), { ...elsewhere, cluster }), three);
  t.false(operations.some(({ kind }) => kind === 'reload-members'), 'they read it as they start');
  const renamed = withContainer(three, 'p-lb_2', { name: 'somebodys' });
  const others = nodes('lb_1', 'lb_2', 'lb_3').map((node) => ({ ...node, container: { ...node.container, image: 'j' } }));
  t.notThrows(() => planUp(aTopology(others, { cluster }), renamed));
});

test('a network that is gone is made anew, and containers that had it with it: stopped ones go by its identity', (t) => {
  const topology = aTopology([aService('db')]);
  const observed = asObserved(topology);
  const stopped = { ...observed, networks: [], containers: observed.containers.map((one) => ({ ...one, state: 'exited' as const, addresses: { 'p-net': '' } })) };
  t.deepEqual(planUp(topology, stopped).operations.map(({ id }) => id), ['create network p-net', 'stop db', 'remove db', 'create db', 'start db', 'await db']);
});
