import test from 'ava';
import { configSchema } from '../../../../src/runtime/config/schema/config.ts';
import { findSubnetConflicts, parseRoutes, publishedPorts } from '../../../../src/runtime/platform/host-conflicts.ts';

const config = configSchema.parse({});
const network = (name: string, ...subnets: string[]) => ({ id: `${name}-0123456789abcdef`, name, subnets, internal: false, labels: {} });
const none = { networks: [], ownNetworks: new Set<string>(), routes: [] };
const keys = (present: Partial<Parameters<typeof findSubnetConflicts>[1]>) =>
  findSubnetConflicts(config, { ...none, ...present }).map(({ key, message }) => `${key}: ${message}`);

test('a network of the Engine that overlaps is named with the key', (t) => {
  t.deepEqual(keys({ networks: [network('bridge', '172.17.0.0/16'), network('foo_default', '172.20.4.0/24')] }), [
    'network.subnet: 172.20.0.0/16 overlaps the Engine\'s network foo_default (172.20.4.0/24)',
  ]);
});

test('a large network conflicts with each subnet that lies in it', (t) => {
  const found = findSubnetConflicts(config, { ...none, networks: [network('all', '172.16.0.0/12')] });
  t.deepEqual(found.map((one) => one.key), ['network.subnet', 'network.appSubnet', 'network.dataSubnet', 'network.controlSubnet']);
});

test('the project’s own networks are no conflict, nor are IPv6 ones or networks without a subnet', (t) => {
  const networks = [network('haplat-public', '172.20.0.0/16'), network('six', 'fd00::/64'), network('host')];
  t.deepEqual(keys({ networks, ownNetworks: new Set(['haplat-public']) }), []);
});

test('a route of the host conflicts, unless it leads to a bridge of the Engine’s', (t) => {
  const own = network('haplat-public', '172.20.0.0/16');
  const present = { networks: [own], ownNetworks: new Set([own.name]) };
  t.deepEqual(keys({ ...present, routes: [{ subnet: '172.20.0.0/16', device: `br-${own.id.slice(0, 12)}` }] }), []);
  t.deepEqual(keys({ ...present, routes: [{ subnet: '172.20.0.0/14', device: 'tun0' }] }).slice(0, 1), [
    'network.subnet: 172.20.0.0/16 overlaps the host\'s route 172.20.0.0/14 through tun0',
  ]);
});

test('routes are read from the kernel’s table; the default route covers everything and is left out', (t) => {
  const table = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    'br-1\t000014AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
    'tun0\t0000100A\t00000000\t0001\t0\t0\t0\t0000F0FF\t0\t0\t0',
    '',
  ].join('\n');
  t.deepEqual(parseRoutes(table), [
    { device: 'eth0', subnet: '192.168.1.0/24' },
    { device: 'br-1', subnet: '172.20.0.0/16' },
    { device: 'tun0', subnet: '10.16.0.0/12' },
  ]);
});

test('the dashboards are published on loopback only, Netdata only when it is enabled', (t) => {
  const listening = publishedPorts(config).map(({ host, port }) => `${host}:${port}`);
  t.deepEqual(listening, ['0.0.0.0:80', '0.0.0.0:443', '127.0.0.1:8080', '127.0.0.1:19999']);
  t.is(publishedPorts(configSchema.parse({ netdata: { enabled: false } })).length, 3);
});
