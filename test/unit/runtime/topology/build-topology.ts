import test from 'ava';
import { serviceOf, topologyOf } from './_context.ts';

const topology = topologyOf();
const names = topology.services.map(({ name }) => name);

test('the default platform is these services', (t) => {
  t.deepEqual(names.toSorted(), [
    'app_1', 'app_2', 'db', 'edge', 'engine-proxy_1', 'engine-proxy_2', 'guardian_1', 'guardian_2', 'keepalived_1', 'keepalived_2', 'netdata', 'rabbitmq',
    'traefik_1', 'traefik_2', 'worker_1', 'worker_2',
  ]);
});

test('every container carries the project in its name', (t) => {
  for (const { name, container } of topologyOf({ project: 'other' }).services) t.is(container.name, `other-${name}`);
});

test('where memory runs out, replicas of the application are what the kernel takes first', (t) => {
  const expendable = topology.services.filter(({ container }) => container.oomScoreAdj !== undefined);
  t.deepEqual(expendable.map(({ name }) => name), ['app_1', 'app_2', 'worker_1', 'worker_2', 'netdata']);
});

test('building it twice gives the same', (t) => {
  t.deepEqual(topologyOf(), topology);
});

test('what a service depends on exists, and nothing waits in a circle', (t) => {
  const rank = (name: string, seen: readonly string[] = []): number => {
    if (seen.includes(name)) throw new Error(`circle: ${[...seen, name].join(' → ')}`);
    const service = serviceOf(topology, name);
    return 1 + Math.max(0, ...service.dependsOn.map((other) => rank(other, [...seen, name])));
  };
  t.notThrows(() => names.map((name) => rank(name)));
});

test('a node of the virtual router does not wait for the Traefik that waits for it', (t) => {
  t.deepEqual(serviceOf(topology, 'keepalived_1').dependsOn, []);
  t.true(serviceOf(topology, 'traefik_1').dependsOn.includes('keepalived_1'));
});

test('Traefik joins its node, which alone has networks, and is started by the guardian only', (t) => {
  for (const number of [1, 2]) {
    const { container, podOwner } = serviceOf(topology, `traefik_${number}`);
    t.is(podOwner, `keepalived_${number}`);
    t.is(container.joins, `haplat-keepalived_${number}`);
    t.deepEqual(container.networks, []);
    t.is(container.restart, 'no');
  }
  const others = topology.services.filter(({ component }) => component !== 'traefik');
  t.true(others.every(({ container }) => container.joins === undefined && container.networks.length > 0 && container.restart === 'always'));
});

test('each tier reaches only the next', (t) => {
  const tiers = Object.fromEntries(
    topology.services.map(({ name, container }) => [name, container.networks.map(({ network }) => network.replace('haplat-', ''))]),
  );
  t.like(tiers, {
    keepalived_1: ['public', 'app', 'control'],
    edge: ['public'],
    app_1: ['app', 'data'],
    worker_1: ['data'],
    db: ['data'],
    rabbitmq: ['data'],
    'engine-proxy_1': ['control'],
    guardian_1: ['control'],
    netdata: ['public', 'data', 'control'],
  });
});

test('only the public network has a way out', (t) => {
  t.deepEqual(
    topology.networks.filter(({ internal }) => !internal).map(({ name }) => name),
    ['haplat-public'],
  );
});

test('networks and volumes are labelled with the project', (t) => {
  for (const { labels } of [...topology.networks, ...topology.volumes]) t.is(labels['io.haplat.project'], 'haplat');
});

test('every mounted volume is one of the topology', (t) => {
  const volumes = new Set(topology.volumes.map(({ name }) => name));
  const mounts = topology.services.flatMap(({ container }) => container.mounts);
  const mounted = new Set(mounts.flatMap((mount) => (mount.kind === 'volume' ? [mount.source] : [])));
  t.deepEqual([...mounted].toSorted(), [...volumes].toSorted());
});

test('every image that a container uses is brought or built', (t) => {
  const known = new Set(topology.images.map(({ reference }) => reference));
  for (const { container } of topology.services) t.true(known.has(container.image), container.image);
});

test('a frozen container is known to be unhealthy within 14 s', (t) => {
  for (const { name, container: { healthcheck } } of topology.services) {
    t.true(healthcheck.command.length > 0, name);
    const { retries, intervalMs, timeoutMs, repeated } = healthcheck;
    const { pauseMs, retryMs } = repeated ?? { pauseMs: 0, retryMs: 0 };
    t.true(pauseMs + timeoutMs + (retries - 1) * (intervalMs + retryMs + timeoutMs) <= 14_000, name);
  }
});

test('files are mounted as folders, never one by one', (t) => {
  for (const { name, container, files } of topology.services) {
    const binds = container.mounts.flatMap((mount) => (mount.kind === 'bind' ? [mount] : []));
    t.false(binds.some(({ source }) => files.some(({ path }) => source.endsWith(`/${path}`))), name);
    t.is(files.length > 0, binds.some(({ source }) => source === `/state/files/${name}`), name);
  }
});

test('replicas follow the configuration', (t) => {
  const { services } = topologyOf({ app: { replicas: 3 }, worker: { replicas: 1 } });
  t.is(services.filter(({ component }) => component === 'app').length, 3);
  t.is(services.filter(({ component }) => component === 'worker').length, 1);
});

test('without Netdata neither the service nor its image is there', (t) => {
  const without = topologyOf({ netdata: { enabled: false } });
  t.false(without.services.some(({ name }) => name === 'netdata'));
  t.false(without.images.some(({ reference }) => reference.startsWith('netdata/')));
});

test('a change of the replicas leaves every other service as it is', (t) => {
  const more = topologyOf({ app: { replicas: 4 }, worker: { replicas: 4 } });
  // Netdata collects from each replica.
  for (const service of topology.services.filter(({ name }) => name !== 'netdata')) {
    t.deepEqual(serviceOf(more, service.name), service, service.name);
  }
});
