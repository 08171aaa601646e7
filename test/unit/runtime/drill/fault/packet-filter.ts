import test from 'ava';
import { ConfigError } from '../../../../../src/runtime/errors.ts';
import { arpFilter, arpFilterWithoutEgress, heartbeatFilter, packetFilter } from '../../../../../src/runtime/drill/fault/packet-filter.ts';
import { services } from '../target/_services.ts';
import { jobOn } from './_jobs.ts';

test('a partition drops everything both ways but loopback, and keeps silent about its addresses', (t) => {
  t.is(packetFilter({ from: [], percent: 100 }), [
    'table inet haplat_drill {',
    '  chain input {',
    '    type filter hook input priority -300; policy accept;',
    '    iifname "lo" accept',
    '    drop',
    '  }',
    '  chain output {',
    '    type filter hook output priority -300; policy accept;',
    '    oifname "lo" accept',
    '    drop',
    '  }',
    '  chain forward {',
    '    type filter hook forward priority -300; policy accept;',
    '    drop',
    '  }',
    '}',
    'table arp haplat_drill {',
    '  chain input {',
    '    type filter hook input priority 0; policy accept;',
    '    drop',
    '  }',
    '}',
  ].join('\n'));
});

test('a node that is cut off announces no address, by whichever way the frames go out', (t) => {
  t.is(arpFilter({ from: [], percent: 100 }), [
    'table netdev haplat_drill {',
    '  chain egress {',
    '    type filter hook egress devices = { @DEVICES@ } priority 0; policy accept;',
    '    ether type arp drop',
    '  }',
    '}',
  ].join('\n'));
  t.true(arpFilterWithoutEgress({ from: [], percent: 100 }).startsWith('table arp haplat_drill_out {'));
});

test('a partition from some drops only what goes to or comes from them', (t) => {
  const rules = packetFilter({ from: ['172.20.0.12', '172.20.0.13'], percent: 100 });
  t.true(rules.includes('ip saddr { 172.20.0.12, 172.20.0.13 } drop'));
  t.true(rules.includes('arp saddr ip { 172.20.0.12, 172.20.0.13 } drop'));
  t.true(rules.includes('ip daddr { 172.20.0.12, 172.20.0.13 } drop'));
  t.true(arpFilter({ from: ['172.20.0.12'], percent: 100 }).includes('ether type arp arp daddr ip { 172.20.0.12 } drop'));
});

test('what is only forwarded is dropped as well: the edge does nothing else', (t) => {
  const forward = (filter: Parameters<typeof packetFilter>[0]) => /hook forward [^;]*; policy accept;\n(?<rules>(?: {4}.*\n)*)/.exec(packetFilter(filter))?.groups?.['rules']?.trim().split(/\n\s*/);
  t.deepEqual(forward({ from: [], percent: 100 }), ['drop']);
  t.deepEqual(forward({ from: [], percent: 30 }), ['numgen random mod 100 < 30 drop']);
  t.deepEqual(forward({ from: ['172.20.0.100'], percent: 100 }), ['ip saddr { 172.20.0.100 } drop', 'ip daddr { 172.20.0.100 } drop']);
});

test('a loss drops by chance', (t) => {
  t.true(packetFilter({ from: [], percent: 30 }).includes('    numgen random mod 100 < 30 drop'));
});

test('a fault on a member of a pod works in its owner’s namespace, and cuts it from the addresses of other pods', (t) => {
  const job = jobOn(['traefik_2'], { kind: 'partition', from: ['traefik_1'] });
  t.deepEqual(job.victims, [{ service: 'traefik_2', component: 'traefik', container: 'p-traefik_2', namespaceOf: 'p-keepalived_2' }]);
  t.deepEqual(job.fromAddresses, ['172.20.0.11', '172.21.0.11']);
  t.is(job.tools.nft, 'haplat/edge:1');
});

test('it cuts from all of a component by its name, and from nobody that is not there', (t) => {
  const cutFrom = (...from: string[]) => jobOn(['app_1'], { kind: 'partition', from });
  t.deepEqual(cutFrom('keepalived').fromAddresses, ['172.20.0.11', '172.21.0.11', '172.20.0.12']);
  t.throws(() => cutFrom('nobody'), { instanceOf: ConfigError, message: 'there is no nobody' });
});

test('it is refused where those to be cut off from have no address: no address would be every one', (t) => {
  const without = new Map(services).set('db', { name: 'db', component: 'db', container: 'p-db', image: 'i', addresses: [] });
  t.throws(() => jobOn(['app_1'], { kind: 'partition', from: ['db'] }, without), { instanceOf: ConfigError, message: /^db has no address/ });
});

test('a cut heartbeat is Corosync\'s and VRRP\'s packets, both ways, and no others', (t) => {
  const rules = heartbeatFilter();
  t.is(rules.match(/ drop$/gm)?.length, 6);
  t.is(rules.match(/udp dport 5405 drop/g)?.length, 2);
  t.is(rules.match(/ip protocol 112 drop/g)?.length, 2);
  t.false(rules.includes('arp'));
});
