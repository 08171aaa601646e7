import test from 'ava';
import { configParts } from '../../../../src/runtime/plan/config-hash.ts';
import { buildTopology } from '../../../../src/runtime/topology/build-topology.ts';
import { contextOf, secrets, serviceOf, topologyOf } from './_context.ts';

const topology = topologyOf();

test('no secret is in an environment, a label, a command or a mount', (t) => {
  const visible = JSON.stringify(topology.services.map(({ container }) => container));
  for (const secret of Object.values(secrets)) t.false(visible.includes(secret));
});

test('a file with a secret in it is for its owner only, and that is ours', (t) => {
  const files = topology.services.flatMap((service) => service.files);
  const withSecret = files.filter(({ text }) => Object.values(secrets).some((secret) => text.includes(secret)));
  t.true(withSecret.length >= 8);
  for (const { path, mode, ownerUid } of withSecret) {
    t.is(mode, 0o600, path);
    t.is(ownerUid, 1234, path);
  }
});

test('the hashes in labels tell a guessed password from another only with a secret of haplat\'s own', (t) => {
  const secretsPart = (own: Partial<typeof secrets>) => {
    const { services, networks } = buildTopology({ ...contextOf(), secrets: { ...secrets, ...own } });
    const app = services.find((one) => one.name === 'app_1');
    return app && configParts(app, networks)['secrets'];
  };
  t.truthy(secretsPart({}));
  t.is(secretsPart({}), secretsPart({}));
  t.not(secretsPart({}), secretsPart({ dbPassword: 'another' }));
  t.not(secretsPart({}), secretsPart({ dbMonitorPassword: 'another' }), 'the same password, another key');
});

test('capabilities are these and no others', (t) => {
  const granted = Object.fromEntries(
    topology.services.filter(({ container }) => container.capAdd.length > 0).map(({ name, container }) => [name, container.capAdd]),
  );
  t.deepEqual(granted, {
    keepalived_1: ['NET_ADMIN', 'NET_RAW'],
    keepalived_2: ['NET_ADMIN', 'NET_RAW'],
    edge: ['NET_ADMIN'],
    db: ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETUID'],
    rabbitmq: ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETUID'],
    netdata: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'],
  });
});

test('only the check that runs a script needs what a script needs', (t) => {
  const { container } = serviceOf(topologyOf({ vrrp: { checkMode: 'process' } }), 'keepalived_1');
  t.deepEqual(container.capAdd, ['NET_ADMIN', 'NET_RAW', 'SETUID', 'SETGID', 'KILL']);
});

test('our own programs and Traefik run as the owner of the files, not as root', (t) => {
  for (const { component, container } of topology.services) {
    if (!['app', 'worker', 'guardian', 'traefik'].includes(component)) continue;
    t.is(container.user, '1234:5678', container.name);
  }
});

test('root file systems are read-only, but for Netdata\'s', (t) => {
  t.deepEqual(topology.services.filter(({ container }) => !container.readOnlyRootfs).map(({ name }) => name), ['netdata']);
});

test('the Engine\'s socket is in the proxies alone, which no user reaches', (t) => {
  const { services } = topologyOf();
  const holders = services.filter(({ container }) => container.mounts.some((mount) => mount.kind === 'bind' && mount.source === '/some/docker.sock'));
  t.deepEqual(holders.map(({ name }) => name), ['engine-proxy_1', 'engine-proxy_2']);
  t.deepEqual(holders.flatMap(({ container }) => container.networks.map(({ network }) => network)), ['haplat-control', 'haplat-control']);
});

test('the guardians\' way to the Engine is shared with the proxies alone', (t) => {
  const holders = topology.services.filter(({ container }) => container.mounts.some((mount) => mount.kind === 'volume' && mount.source === 'haplat-control'));
  t.deepEqual(holders.map(({ name }) => name), ['engine-proxy_1', 'engine-proxy_2', 'guardian_1', 'guardian_2']);
});

test('dashboard and Netdata are published on the loopback interface only, whatever the rest is bound to', (t) => {
  const { services } = topologyOf({ ports: { bindAddress: '192.0.2.1' } });
  const published = services.flatMap(({ container }) => container.ports).map(({ hostIp, hostPort }) => `${hostIp}:${hostPort}`);
  t.deepEqual(published, ['192.0.2.1:80', '192.0.2.1:443', '127.0.0.1:8080', '127.0.0.1:19999']);
  const all = topologyOf({ ports: { bindAddress: '::' } }).services.flatMap(({ container }) => container.ports);
  t.deepEqual(all.map(({ hostIp, hostPort }) => `${hostIp} ${hostPort}`), ['0.0.0.0 80', '0.0.0.0 443', ':: 80', ':: 443', '127.0.0.1 8080', '127.0.0.1 19999']);
});

test('every container has a limit of processes', (t) => {
  for (const { name, container } of topology.services) t.true((container.pidsLimit ?? 0) > 0, name);
});
