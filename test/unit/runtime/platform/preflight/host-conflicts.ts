import test from 'ava';
import { configSchema } from '../../../../../src/runtime/config/schema/config.ts';
import { findSubnetConflicts, hasUnlistedBridge, parseRoutes, publishedPorts } from '../../../../../src/runtime/platform/preflight/host-conflicts.ts';

const config = configSchema.parse({});
const network = (name: string, subnet: string, project?: string) => ({
  id: '0123456789abcdef', name, subnets: [subnet], internal: false, labels: project === undefined ? {} : { 'io.haplat.project': project },
});

test('a subnet that another network of the Engine has is a conflict, the project\'s own is none', (t) => {
  const networks = [network('other', '172.20.128.0/20'), network('haplat-app', '172.21.0.0/24', 'haplat')];
  t.deepEqual(findSubnetConflicts(config, { networks, routes: [] }), [
    {
      key: 'network.subnet',
      message: '172.20.0.0/16 overlaps the Engine\'s network other (172.20.128.0/20)',
      remedy: 'choose a free subnet for project haplat, or remove what has this one',
    },
  ]);
});

test('a route of the host is a conflict, unless it leads through a bridge of the Engine', (t) => {
  const routes = [{ subnet: '172.21.0.0/16', device: 'tun0' }, { subnet: '172.20.0.0/16', device: 'br-0123456789ab' }];
  const found = findSubnetConflicts(config, { networks: [network('haplat-public', '172.20.0.0/16', 'haplat')], routes });
  t.deepEqual(found.map((one) => one.key), ['network.appSubnet', 'network.dataSubnet', 'network.controlSubnet']);
  t.is(found[0]?.message, '172.21.0.0/24 overlaps the host\'s route 172.21.0.0/16 through tun0');
});

test('a route is no conflict of a subnet that the project has already', (t) => {
  const routes = [{ subnet: '172.16.0.0/12', device: 'tun0' }];
  const found = findSubnetConflicts(config, { networks: [network('haplat-public', '172.20.0.0/16', 'haplat'), network('other-app', '172.21.0.0/24', 'other')], routes });
  t.deepEqual(found.map((one) => one.key), ['network.appSubnet', 'network.dataSubnet', 'network.controlSubnet']);
});

test('a bridge of the Engine without a network is one that is just being made', (t) => {
  const through = (device: string) => [{ subnet: '172.22.0.0/24', device }];
  const networks = [network('haplat-public', '172.20.0.0/16', 'haplat')];
  t.true(hasUnlistedBridge(networks, through('br-e831138e52ed')));
  t.false(hasUnlistedBridge(networks, through('br-0123456789ab')));
  t.false(hasUnlistedBridge(networks, through('br-lan')));
});

test('routes are read from the kernel\'s table; the default one is left out, and the halves by which a VPN takes all', (t) => {
  const text = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'tun0\t00000000\t0101080A\t0003\t0\t0\t0\t00000080\t0\t0\t0',
    'tun0\t00000080\t0101080A\t0003\t0\t0\t0\t00000080\t0\t0\t0',
    'eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
    '',
  ].join('\n');
  t.deepEqual(parseRoutes(text), [{ device: 'eth0', subnet: '172.17.0.0/16' }]);
});

test('the dashboards\' ports are on the loopback address, whatever the others are bound to', (t) => {
  const ports = publishedPorts(configSchema.parse({ ports: { bindAddress: '192.0.2.1' } }));
  t.deepEqual(ports.map((one) => one.host), ['192.0.2.1', '192.0.2.1', '127.0.0.1', '127.0.0.1']);
  const all = publishedPorts(configSchema.parse({ ports: { bindAddress: '::' } }));
  t.deepEqual(all.map((one) => one.host), ['0.0.0.0', '0.0.0.0', '::', '::', '127.0.0.1', '127.0.0.1']);
});
