import test from 'ava';
import { elementsOf, parseXml } from '../../../../src/runtime/cluster/parse-xml.ts';
import { exportCluster } from '../../../../src/runtime/export/cluster.ts';
import { contextOf } from '../topology/_context.ts';

const key = Buffer.alloc(256, 7);
const files = exportCluster(contextOf({ loadBalancers: { manager: 'pacemaker' } }), key);
const textOf = (path: string) => String(files.find((file) => file.path === path)?.text);

test('hosts get Corosync\'s configuration, the CIB, the key for its owner only, and the agent', (t) => {
  t.deepEqual(files.map(({ path, mode }) => [path, mode.toString(8)]), [
    ['corosync.conf', '644'], ['cib.xml', '644'], ['authkey', '600'], ['ocf/haplat/traefik', '755'], ['README.md', '644'],
  ]);
  t.true(files.find(({ path }) => path === 'authkey')?.text === key);
  t.regex(textOf('corosync.conf'), /keyfile: \/etc\/corosync\/authkey\n/);
});

test('what only containers have is not in the CIB, and fencing stays on', (t) => {
  const cib = parseXml(textOf('cib.xml'));
  t.deepEqual(elementsOf(cib, 'primitive').map(({ attributes }) => attributes['id']), ['traefik', 'vip']);
  for (const name of ['alerts', 'fencing-topology']) t.deepEqual(elementsOf(cib, name), []);
  const options = Object.fromEntries(elementsOf(cib, 'nvpair').map(({ attributes }): [string, string] => [attributes['name'] ?? '', attributes['value'] ?? '']));
  t.like(options, { 'stonith-enabled': 'true', config: '/etc/traefik/traefik.yml', log: '/var/log/traefik.log' });
  t.false('user' in options);
});
