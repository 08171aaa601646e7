import test from 'ava';
import { fileOf, serviceOf, topologyOf } from '../_context.ts';

const cluster = (loadBalancers: object = {}) => topologyOf({ loadBalancers: { manager: 'pacemaker', ...loadBalancers } });

test('with the default manager nothing of a cluster is there', (t) => {
  const topology = topologyOf();
  t.is(topology.cluster, undefined);
  t.false(topology.images.some(({ reference }) => reference.startsWith('haplat/cluster')));
  t.false(topology.volumes.some(({ name }) => name.endsWith('fencing')));
  t.false(fileOf(serviceOf(topology, 'engine-proxy_1'), 'haproxy.cfg').includes('fencing'));
});

test('a cluster is three nodes in the place of the pods, and the edge waits for two of them', (t) => {
  const topology = cluster();
  const balancers = topology.services.filter(({ layer }) => layer === 'load-balancer').map(({ name }) => name);
  t.deepEqual(balancers, ['lb_1', 'lb_2', 'lb_3']);
  t.deepEqual(serviceOf(topology, 'edge').dependsOn, ['lb_1', 'lb_2']);
  t.false(topology.services.some(({ component }) => component === 'keepalived' || component === 'traefik'));
});

test('the data tier is the same whoever runs the load balancers', (t) => {
  for (const name of ['db', 'rabbitmq', 'app_1', 'worker_1', 'guardian_1']) t.deepEqual(serviceOf(cluster(), name), serviceOf(topologyOf(), name), name);
});

test('Corosync knows every node by its fixed address and encrypts', (t) => {
  const topology = cluster({ nodes: 2, quorumNode: true });
  const conf = topology.cluster?.corosync ?? '';
  for (const name of ['lb_1', 'lb_2', 'quorum']) {
    const address = serviceOf(topology, name).container.networks[0]?.ipv4 ?? 'none';
    t.true(conf.includes(`name: ${name}\n    ring0_addr: ${address}\n`), name);
  }
  t.regex(conf, /crypto_cipher: aes256\n {2}crypto_hash: sha256\n/);
  t.false(conf.includes('two_node'), 'three votes');
  t.true(cluster({ nodes: 2 }).cluster?.corosync.includes('two_node: 1'));
});

test('a node more replaces none of the others', (t) => {
  for (const name of ['lb_1', 'lb_2', 'edge']) t.deepEqual(serviceOf(cluster({ nodes: 2 }), name), serviceOf(cluster(), name), name);
  t.not(cluster({ nodes: 2, fencing: false }).cluster?.hash, cluster({ fencing: false }).cluster?.hash);
});

test('a node that only votes has no way to the application, no certificate and no Traefik', (t) => {
  const { container, files } = serviceOf(cluster({ nodes: 2, quorumNode: true }), 'quorum');
  t.deepEqual(container.networks.map(({ network }) => network), ['haplat-public']);
  t.false(container.mounts.some((mount) => mount.target.includes('tls')));
  t.deepEqual(files.map(({ path }) => path), ['keep-checking']);
});

test('nodes have no right but those of a cluster\'s daemons, and no socket of the Engine\'s', (t) => {
  const { container } = serviceOf(cluster(), 'lb_1');
  t.deepEqual(container.capAdd, ['NET_ADMIN', 'NET_RAW', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID']);
  t.true(container.readOnlyRootfs);
  t.false(container.mounts.some((mount) => mount.kind === 'bind' && mount.source.endsWith('docker.sock')));
});

test('the nodes\' way to the Engine is shared with the proxies alone, and with nobody where nobody is fenced', (t) => {
  const holders = (loadBalancers: object) =>
    cluster(loadBalancers)
      .services.filter(({ container }) => container.mounts.some((mount) => mount.kind === 'volume' && mount.source === 'haplat-fencing'))
      .map(({ name }) => name);
  t.deepEqual(holders({}), ['engine-proxy_1', 'engine-proxy_2', 'lb_1', 'lb_2', 'lb_3']);
  t.deepEqual(holders({ fencing: false }), []);
});

test('fence agents may kill and start the cluster\'s nodes, and nothing else', (t) => {
  const config = fileOf(serviceOf(cluster(), 'engine-proxy_1'), 'haproxy.cfg');
  const frontend = config.slice(config.indexOf('frontend fencing'), config.indexOf('\nbackend engine'));
  const [lists, inspects, fences] = [...frontend.matchAll(/-m reg (\^\S+\$)/g)].map(([, pattern]) => new RegExp(pattern ?? ''));
  t.regex('/v1.41/containers/json', lists ?? /$^/);
  for (const node of ['lb_1', 'lb_2', 'lb_3']) {
    t.regex(`/v1.41/containers/haplat-${node}/json`, inspects ?? /$^/);
    for (const verb of ['kill', 'start']) t.regex(`/v1.41/containers/haplat-${node}/${verb}`, fences ?? /$^/);
  }
  for (const path of ['haplat-db/kill', 'other-lb_1/kill', 'haplat-lb_9/kill', 'haplat-lb_1/stop', 'haplat-lb_1/exec', 'create', 'haplat-lb_1%2f..%2fhaplat-db/kill']) {
    for (const allowed of [lists, inspects, fences]) t.notRegex(`/v1.41/containers/${path}`, allowed ?? /^/);
  }
});
