import test from 'ava';
import { labels } from '../../../../src/runtime/engine/labels.ts';
import { planUp } from '../../../../src/runtime/plan/plan-up.ts';
import type { Component } from '../../../../src/runtime/topology/topology.ts';
import { aService, asObserved, aTopology, observedContainer, planToText, withContainer } from './_build.ts';

const nothing = asObserved(aTopology([], { networks: [], images: [] }));
const ids = (plan: ReturnType<typeof planUp>) => plan.operations.map((operation) => operation.id);

test('a fresh machine gets everything, each thing after what it needs', (t) => {
  const db = aService('db', {
    files: [{ path: 'secret', text: 'x', mode: 0o600 }],
    container: { mounts: [{ kind: 'volume', source: 'p-data', target: '/data', readOnly: false }] },
  });
  const app = aService('app_1', {
    dependsOn: ['db'],
    container: { networks: [{ network: 'p-net', aliases: [] }, { network: 'p-two', aliases: ['app'] }] },
  });
  const topology = aTopology([app, db], { volumes: [{ name: 'p-data', labels: {} }] });
  t.is(
    planToText(planUp(topology, nothing)),
    `
ensure image image:1 — the Engine does not have it
create network p-net — is missing
create volume p-data — is missing
create app_1 — is missing [after ensure image image:1, create network p-net]
connect app_1 to two — is missing [after create app_1]
write db — is missing
create db — is missing [after write db, ensure image image:1, create network p-net, create volume p-data]
start db — is missing [after create db]
await db — is missing [after start db]
start app_1 — is missing [after create app_1, connect app_1 to two, await db]
await app_1 — is missing [after start app_1]
`.trim(),
  );
});

test('nothing is done when everything is there and healthy', (t) => {
  const topology = aTopology([aService('app_1'), aService('db')]);
  t.deepEqual(planUp(topology, asObserved(topology)).operations, []);
});

test('a changed setting replaces its container only, and the cause names the setting', (t) => {
  const before = aTopology([aService('app_1'), aService('db')]);
  const after = aTopology([aService('app_1', { container: { env: { LOG: 'debug' } } }), aService('db')]);
  t.is(
    planToText(planUp(after, asObserved(before))),
    `
stop app_1 — config hash changed: environment
remove app_1 — config hash changed: environment [after stop app_1]
create app_1 — config hash changed: environment [after remove app_1]
start app_1 — config hash changed: environment [after create app_1]
await app_1 — config hash changed: environment [after start app_1]
`.trim(),
  );
});

test('a container that somebody has renamed is replaced by one of the right name', (t) => {
  const topology = aTopology([aService('app_1')]);
  t.is(
    planToText(planUp(topology, withContainer(asObserved(topology), 'p-app_1', { name: 'old' }))),
    `
stop app_1 — is called old
remove app_1 — is called old [after stop app_1]
create app_1 — is called old [after remove app_1]
start app_1 — is called old [after create app_1]
await app_1 — is called old [after start app_1]
`.trim(),
  );
});

test('a renamed container is stopped and removed by the name that it has', (t) => {
  const topology = aTopology([aService('app_1')]);
  const plan = planUp(topology, withContainer(asObserved(topology), 'p-app_1', { name: 'old' }));
  t.deepEqual(plan.operations.flatMap((one) => ('container' in one && typeof one.container === 'string' ? [`${one.kind} ${one.container}`] : [])), [
    'stop-container old', 'remove-container old', 'start-container p-app_1',
  ]);
});

for (const order of ['first', 'last']) {
  test(`of two containers of one service the one with its name stays, also where the other is seen ${order}`, (t) => {
    const app = aService('app_1');
    const topology = aTopology([app, aService('app_2')]);
    const state = asObserved(topology);
    const second = observedContainer(topology, app, { id: 'second', name: 'p-second' });
    const containers = order === 'first' ? [second, ...state.containers] : [...state.containers, second];
    t.is(
      planToText(planUp(topology, { ...state, containers })),
      'stop p-second — is no longer wanted\nremove p-second — is no longer wanted [after stop p-second]',
    );
  });
}

test('whether a new image can read the data is asked before what serves it is stopped', (t) => {
  const data = { product: 'PostgreSQL', file: '/data/VERSION', imageVariable: 'MAJOR' };
  const before = aTopology([aService('db', { data })]);
  const images = [{ kind: 'pull', reference: 'image:2' }] as const;
  const after = aTopology([aService('db', { data, container: { image: 'image:2' } })], { images });
  const [ensure, check, stop] = planUp(after, asObserved(before)).operations;
  t.is(ensure?.id, 'ensure image image:2');
  t.like(check, { id: 'check data of db', kind: 'check-data', container: 'p-db', image: 'image:2', data, after: ['ensure image image:2'] });
  t.like(stop, { id: 'stop db', after: ['check data of db', 'ensure image image:2'] });
});

test('data is made ready for another image by the one that has it, where that is healthy', (t) => {
  const readying = ['make', 'ready'];
  const before = aTopology([aService('rabbitmq', { readying })]);
  const images = [{ kind: 'pull', reference: 'image:2' }] as const;
  const after = aTopology([aService('rabbitmq', { readying, container: { image: 'image:2' } })], { images });
  const [, ready, stop] = planUp(after, asObserved(before)).operations;
  t.like(ready, { id: 'ready data of rabbitmq', kind: 'ready-data', container: 'p-rabbitmq', command: readying, after: ['ensure image image:2'] });
  t.like(stop, { id: 'stop rabbitmq', after: ['ready data of rabbitmq', 'ensure image image:2'] });
  const readies = (desired: typeof after, observed: ReturnType<typeof asObserved>) => planUp(desired, observed).operations.some(({ kind }) => kind === 'ready-data');
  t.true(readies(before, { ...asObserved(before), imageIds: Object.fromEntries(before.services.map(({ container }) => [container.image, 'another'])) }), 'a renewed image is another one');
  t.false(readies(aTopology([aService('rabbitmq', { readying, container: { env: { A: 'b' } } })]), asObserved(before)), 'the same image needs nothing');
  t.false(readies(after, withContainer(asObserved(before), 'p-rabbitmq', { health: 'unhealthy' })), 'who is ill may be replaced for that');
});

test('replicas are replaced one after the other', (t) => {
  const replica = (name: string, image: string) => aService(name, { container: { image } });
  const before = aTopology([replica('app_1', 'image:1'), replica('app_2', 'image:1')]);
  const after = aTopology([replica('app_1', 'image:2'), replica('app_2', 'image:2')], { images: [{ kind: 'pull', reference: 'image:2' }] });
  const plan = planUp(after, { ...asObserved(before), imageIds: {} });
  const stop = plan.operations.find((operation) => operation.id === 'stop app_2');
  t.deepEqual(stop?.after, ['await app_1', 'ensure image image:2']);
});

const changed = (...names: string[]) => aTopology(names.map((name) => aService(name, { container: { env: { A: 'b' } } })));
const unchanged = (...names: string[]) => aTopology(names.map((name) => aService(name)));

test('who does not serve is replaced first: the others serve meanwhile', (t) => {
  for (const change of [{ state: 'exited', health: 'none' }, { health: 'unhealthy' }] as const) {
    const observed = withContainer(asObserved(unchanged('app_1', 'app_2', 'app_3')), 'p-app_2', change);
    const { operations } = planUp(changed('app_1', 'app_2', 'app_3'), observed);
    const afterOf = (id: string) => operations.find((one) => one.id === id)?.after.filter((one) => one.startsWith('await'));
    t.deepEqual([afterOf('stop app_2'), afterOf('stop app_1'), afterOf('stop app_3')], [[], ['await app_2'], ['await app_1']]);
  }
});

test('who is only to be started is waited for before another is taken away', (t) => {
  const observed = withContainer(asObserved(unchanged('app_1', 'app_2')), 'p-app_2', { state: 'exited', health: 'none' });
  const { operations } = planUp(unchanged('app_1', 'app_2'), observed, { renew: ['app_1'] });
  t.true(operations.find(({ id }) => id === 'stop app_1')?.after.includes('await app_2'));
});

test('a port of the host is let go of before another takes it, also by what is no longer wanted', (t) => {
  const publishing = (name: string, component: Component, hostPort: number) =>
    aService(name, { component, container: { ports: [{ hostIp: '127.0.0.1', hostPort, containerPort: 80, protocol: 'tcp' }] } });
  const before = aTopology([publishing('edge', 'edge', 8080), publishing('netdata', 'netdata', 19999), publishing('former', 'guardian', 81)]);
  const observed = asObserved(before);
  const containers = before.services.map((service) => observedContainer(before, service, { publishedPorts: service.container.ports.map(({ hostPort }) => hostPort) }));
  const { operations } = planUp(aTopology([publishing('edge', 'edge', 19999), publishing('netdata', 'netdata', 8080), publishing('other', 'guardian', 81)]), { ...observed, containers });
  const afterOf = (id: string) => operations.find((one) => one.id === id)?.after;
  t.deepEqual(afterOf('start edge'), ['create edge', 'remove netdata']);
  t.deepEqual(afterOf('start netdata'), ['create netdata', 'remove edge']);
  t.deepEqual(afterOf('start other'), ['create other', 'remove former']);
});

test('a replica that is missing is made and serves before another is taken away', (t) => {
  const { containers, ...observed } = asObserved(unchanged('app_1', 'app_2'));
  const { operations } = planUp(changed('app_1', 'app_2'), { ...observed, containers: containers.filter(({ name }) => name !== 'p-app_1') });
  t.true(operations.find(({ id }) => id === 'stop app_2')?.after.includes('await app_1'));
});

for (const missing of [['p-keepalived_1', 'p-traefik_1'], ['p-keepalived_1'], ['p-traefik_1']]) {
  test(`a pod without ${missing.join(' and ')} is made whole before the other is taken away`, (t) => {
    const pods = (env: Record<string, string>) => aTopology([1, 2].flatMap((number) => [
      aService(`keepalived_${number}`, { component: 'keepalived', container: { env } }),
      aService(`traefik_${number}`, {
        component: 'traefik',
        podOwner: `keepalived_${number}`,
        dependsOn: [`keepalived_${number}`],
        container: { joins: `p-keepalived_${number}`, networks: [], env },
      }),
    ]));
    const observed = asObserved(pods({}));
    const containers = observed.containers.filter(({ name }) => !missing.includes(name));
    const { operations } = planUp(pods({ A: 'b' }), { ...observed, containers, vipHolder: 'keepalived_2' });
    for (const stop of ['stop traefik_2', 'stop keepalived_2']) {
      const { after = [] } = operations.find(({ id }) => id === stop) ?? {};
      t.true(['await keepalived_1', 'await traefik_1', 'route traefik_1'].every((id) => after.includes(id)), stop);
    }
  });
}

test('a replaced replica keeps serving until what it depends on is healthy', (t) => {
  const db = aService('db', { component: 'db' });
  const before = aTopology([db, aService('app_1', { dependsOn: ['db'] })]);
  const after = aTopology([db, aService('app_1', { dependsOn: ['db'], container: { env: { A: 'b' } } })]);
  const observed = withContainer(asObserved(before), 'p-db', { state: 'exited' });
  const stop = planUp(after, observed).operations.find((operation) => operation.id === 'stop app_1');
  t.deepEqual(stop?.after, ['await db']);
});

const withSecret = (name: string, text: string, dependsOn: readonly string[] = []) =>
  aService(name, { dependsOn, files: [{ path: 'secret', text, mode: 0o600, fingerprint: text }, { path: 'settings', text: 'same', mode: 0o644 }] });
const withSecrets = (db: string, app = db) => aTopology([withSecret('db', db), withSecret('app_1', app, ['db']), aService('worker_1', { dependsOn: ['db'] })]);

test('other secrets are handed to what depends on their owner while that is away, and to nobody else', (t) => {
  const { operations } = planUp(withSecrets('new'), asObserved(withSecrets('old')));
  t.deepEqual(operations.filter((one) => one.kind === 'write-secrets').map(({ subject, cause, after }) => ({ subject, cause, after })), [
    { subject: 'app_1', cause: 'secrets of db', after: ['stop db'] },
  ]);
  t.is(operations.find((one) => one.id === 'stop db')?.cause, 'config hash changed: secrets');
  t.deepEqual(operations.find((one) => one.id === 'stop app_1')?.after, ['await db']);
});

test('secrets are handed again where a change is taken back half-way, also to what was not replaced yet', (t) => {
  const half = asObserved(withSecrets('new', 'old'));
  const subjects = (state: typeof half) => planUp(withSecrets('old'), state).operations.filter((one) => one.kind === 'write-secrets').map((one) => one.subject);
  t.deepEqual(subjects(half), ['app_1']);
  t.deepEqual(subjects({ ...half, containers: half.containers.filter((one) => one.name !== 'p-db') }), ['app_1']);
});

test('a change of anything else hands no secrets over', (t) => {
  const after = aTopology([{ ...withSecret('db', 'x'), files: [{ path: 'secret', text: 'x', mode: 0o600, fingerprint: 'x' }] }, withSecret('app_1', 'x', ['db'])]);
  const before = aTopology([withSecret('db', 'x'), withSecret('app_1', 'x', ['db'])]);
  t.deepEqual(ids(planUp(after, asObserved(before))).filter((id) => id.startsWith('hand')), []);
});

test('a pod is replaced as one: members first out, owner first in, the next pod after the whole of the first', (t) => {
  const pod = (number: number, env: Record<string, string>) => [
    aService(`keepalived_${number}`, { component: 'keepalived', container: { env } }),
    aService(`traefik_${number}`, {
      component: 'traefik',
      podOwner: `keepalived_${number}`,
      dependsOn: [`keepalived_${number}`],
      container: { joins: `p-keepalived_${number}`, networks: [] },
    }),
  ];
  const before = aTopology([...pod(1, {}), ...pod(2, {})]);
  const after = aTopology([...pod(1, { A: 'b' }), ...pod(2, { A: 'b' })]);
  const order = ids(planUp(after, asObserved(before)));
  const inOrder = [
    'stop traefik_1', 'remove traefik_1', 'stop keepalived_1', 'remove keepalived_1', 'create keepalived_1',
    'start keepalived_1', 'start traefik_1', 'await traefik_1', 'stop traefik_2', 'stop keepalived_2',
  ];
  t.deepEqual(order.filter((id) => inOrder.includes(id)), inOrder);
});

test('a container that a crash left without one of its networks is made anew', (t) => {
  const topology = aTopology([aService('app_1', { container: { networks: [{ network: 'p-net', aliases: [] }, { network: 'p-two', aliases: [] }] } })]);
  const observed = withContainer(asObserved(topology), 'p-app_1', { addresses: { 'p-net': '10.1.0.9' }, state: 'created' });
  t.is(planUp(topology, observed).operations[0]?.cause, 'is not connected to p-two');
});

test('a container whose files are gone is replaced: it could not be started again', (t) => {
  const topology = aTopology([aService('db'), aService('app_1')]);
  const plan = planUp(topology, { ...asObserved(topology), withoutFiles: new Set(['db']) });
  t.deepEqual([...new Set(plan.operations.map(({ subject, cause }) => `${subject} ${cause}`))], ['db its files are gone from the state directory']);
  t.true(plan.operations.some(({ id }) => id === 'remove db'));
});

test('what runs and answers at none of its published ports is replaced', (t) => {
  const topology = aTopology([aService('edge'), aService('app_1')]);
  const plan = planUp(topology, { ...asObserved(topology), unpublished: new Set(['edge']) });
  t.deepEqual([...new Set(plan.operations.map(({ subject, cause }) => `${subject} ${cause}`))], ['edge nobody answers at its published ports']);
  t.true(plan.operations.some(({ id }) => id === 'remove edge'));
});

test('a load balancer that does not take the certificate is replaced', (t) => {
  const topology = aTopology([aService('traefik_1'), aService('traefik_2')]);
  const plan = planUp(topology, { ...asObserved(topology), withAnotherCertificate: new Set(['traefik_2']) });
  t.deepEqual([...new Set(plan.operations.map(({ subject, cause }) => `${subject} ${cause}`))], ['traefik_2 serves another certificate than the one in use']);
});

test('a load balancer that has not heard of a replica is replaced', (t) => {
  const topology = aTopology([aService('traefik_1'), aService('traefik_2')]);
  const plan = planUp(topology, { ...asObserved(topology), unaware: new Map([['traefik_2', 'app_1']]) });
  t.deepEqual([...new Set(plan.operations.map(({ subject, cause }) => `${subject} ${cause}`))], ['traefik_2 has not heard of app_1']);
});

test('a replica too many is removed, and so is what a drill left behind', (t) => {
  const two = aTopology([aService('app_1'), aService('app_2')]);
  const one = aTopology([aService('app_1')]);
  const probe = observedContainer(two, aService('probe'), { name: 'p-probe-1', labels: { [labels.drill]: 'x' } });
  const state = asObserved(two);
  t.is(
    planToText(planUp(one, { ...state, containers: [...state.containers, probe] })),
    'stop app_2 — is no longer wanted\nremove app_2 — is no longer wanted [after stop app_2]\nremove p-probe-1 — was left behind by a drill',
  );
});

test('a renewed image replaces the container', (t) => {
  const topology = aTopology([aService('app_1')]);
  const observed = { ...asObserved(topology), imageIds: { 'image:1': 'another id' } };
  t.is(planUp(topology, observed).operations[0]?.cause, 'the image image:1 was renewed');
});

const routed = { 'traefik.enable': 'true' };

test('the next replica is not stopped before the load balancers send requests to the one before', (t) => {
  const balancers = [1, 2].map((number) =>
    aService(`traefik_${number}`, { component: 'traefik', container: { joins: `p-keepalived_${number}`, networks: [] } }),
  );
  const replicas = (env: Record<string, string>) => [1, 2].map((number) => aService(`app_${number}`, { container: { labels: routed, env } }));
  const before = aTopology([...balancers, ...replicas({})]);
  const plan = planUp(aTopology([...balancers, ...replicas({ A: 'b' })]), asObserved(before));
  const byId = new Map(plan.operations.map((operation) => [operation.id, operation]));
  t.deepEqual(byId.get('stop app_2')?.after, ['await app_1', 'route app_1']);
  const route = byId.get('route app_1');
  t.deepEqual(route?.after, ['await app_1']);
  t.deepEqual(route?.kind === 'await-route' && route.balancers.map(({ node }) => node), ['p-keepalived_1', 'p-keepalived_2']);
});

test('a route is waited for only when the load balancers are there', (t) => {
  const topology = aTopology([aService('app_1', { container: { labels: routed } }), aService('traefik_1', { component: 'traefik' })]);
  const route = planUp(topology, nothing).operations.find((operation) => operation.id === 'route app_1');
  t.deepEqual(route?.after, ['await app_1', 'await traefik_1']);
});

test('replicas too many finish their work before they are removed, and after the others are replaced', (t) => {
  const replica = (number: number, env: Record<string, string> = {}) => aService(`app_${number}`, { container: { env } });
  const plan = planUp(aTopology([replica(1, { A: 'b' })]), asObserved(aTopology([replica(1), replica(2)])));
  const about = plan.operations.filter(({ subject }) => subject === 'app_2');
  t.deepEqual(about.map(({ id, after }) => [id, after]), [['stop app_2', ['await app_1']], ['remove app_2', ['stop app_2']]]);
});

test('what is to be renewed is replaced one by one although nothing has changed', (t) => {
  const topology = aTopology([aService('app_1'), aService('app_2'), aService('db', { component: 'db' })]);
  const plan = planUp(topology, asObserved(topology), { renew: ['app'] });
  t.deepEqual(plan.operations.filter(({ kind }) => kind === 'stop-container').map(({ id, after }) => [id, after]), [
    ['stop app_1', []], ['stop app_2', ['await app_1']],
  ]);
  t.is(plan.operations[0]?.cause, 'a new one was asked for');
});

test('a drill that asks keeps its probe', (t) => {
  const topology = aTopology([aService('app_1')]);
  const probe = observedContainer(topology, aService('probe'), { name: 'p-probe-1', labels: { [labels.drill]: 'x' } });
  const state = asObserved(topology);
  t.deepEqual(planUp(topology, { ...state, containers: [...state.containers, probe] }, { duringDrill: true }).operations, []);
});

test('another manager\'s nodes go before the new ones are made: they have the same addresses', (t) => {
  const db = aService('db', { component: 'db' });
  const node = (name: string, component: 'keepalived' | 'lb') => aService(name, { component, layer: 'load-balancer' });
  const before = aTopology([db, node('keepalived_1', 'keepalived'), node('keepalived_2', 'keepalived')]);
  const after = aTopology([db, node('lb_1', 'lb'), node('lb_2', 'lb')]);
  const { operations } = planUp(after, asObserved(before));
  for (const name of ['lb_1', 'lb_2']) {
    t.deepEqual(operations.find(({ id }) => id === `create ${name}`)?.after, ['remove keepalived_1', 'remove keepalived_2']);
  }
  t.false(operations.some(({ subject }) => subject === 'db'));
});

test('the node that has the address is replaced last, so that it moves once', (t) => {
  const node = (number: number, image = 'i') => aService(`keepalived_${number}`, { component: 'keepalived', layer: 'load-balancer', container: { image } });
  const observed = asObserved(aTopology([node(1), node(2), node(3)]));
  const afterStop = (vipHolder?: string) => {
    const { operations } = planUp(aTopology([node(1, 'j'), node(2, 'j'), node(3, 'j')]), { ...observed, ...(vipHolder !== undefined && { vipHolder }) });
    return Object.fromEntries(operations.flatMap(({ id, after }) => (id.startsWith('stop') ? [[id, after.filter((one) => one.startsWith('await'))]] : [])));
  };
  t.deepEqual(afterStop('keepalived_1'), {
    'stop keepalived_2': [], 'stop keepalived_3': ['await keepalived_2'], 'stop keepalived_1': ['await keepalived_3'],
  });
  const asTheyCome = { 'stop keepalived_1': [], 'stop keepalived_2': ['await keepalived_1'], 'stop keepalived_3': ['await keepalived_2'] };
  t.deepEqual(afterStop('keepalived_3'), asTheyCome);
  t.deepEqual(afterStop(), asTheyCome);
});

test('a node is not taken away before the Keepalived of the one before may have the address', (t) => {
  const pods = (image: string) => [1, 2].flatMap((number) => [
    aService(`keepalived_${number}`, { component: 'keepalived', layer: 'load-balancer', container: { image } }),
    aService(`traefik_${number}`, {
      component: 'traefik',
      layer: 'load-balancer',
      podOwner: `keepalived_${number}`,
      container: { image, joins: `p-keepalived_${number}`, networks: [] },
    }),
  ]);
  const { operations } = planUp(aTopology(pods('j')), { ...asObserved(aTopology(pods('i'))), vipHolder: 'keepalived_1' });
  t.like(operations.find(({ id }) => id === 'route traefik_2'), { kind: 'await-candidate', node: 'p-keepalived_2', after: ['await traefik_2'] });
  const stops = ['stop traefik_1', 'stop keepalived_1'];
  t.true(stops.every((stop) => operations.find(({ id }) => id === stop)?.after.includes('route traefik_2')));
});
