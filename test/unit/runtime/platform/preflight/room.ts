import test from 'ava';
import { findCrampedNetworks } from '../../../../../src/runtime/platform/preflight/room.ts';
import { aService, aTopology } from '../../plan/_build.ts';

const network = (tier: string, subnet: string) => ({ name: `p-${tier}`, subnet, gateway: '10.1.0.1', internal: true, labels: {} });
const on = (count: number, tier: string) =>
  Array.from({ length: count }, (_, index) => aService(`app_${index + 1}`, { container: { networks: [{ network: `p-${tier}`, aliases: [] }] } }));
const keysOf = (count: number, tier: string, subnet: string) => findCrampedNetworks(aTopology(on(count, tier), { networks: [network(tier, subnet)] })).map(({ key }) => key);

test('a network has room for all that is to be on it, the public one for a probe as well', (t) => {
  t.deepEqual(keysOf(13, 'data', '10.1.0.0/28'), []);
  t.deepEqual(keysOf(14, 'data', '10.1.0.0/28'), ['network.dataSubnet']);
  t.deepEqual(keysOf(12, 'public', '10.1.0.0/28'), []);
  t.deepEqual(keysOf(13, 'public', '10.1.0.0/28'), ['network.subnet']);
  t.deepEqual(keysOf(14, 'data', '10.1.0.0/27'), []);
});
