import test from 'ava';
import fc from 'fast-check';
import { addressAt, contains, isNetworkOrBroadcast, parseCidr } from '../../../../../src/runtime/config/schema/ipv4.ts';
import { nodeAddresses } from '../../../../../src/runtime/config/schema/node-addresses.ts';

const networks = fc
  .tuple(fc.integer({ min: 8, max: 28 }), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }))
  .map(([prefix, place]) => {
    const subnet = `10.0.0.0/${prefix}`;
    return { subnet, vip: addressAt(subnet, Math.floor(place * parseCidr(subnet).size)) };
  });

test('whatever the subnet, the nodes have different addresses in it that a host may have, none of them from the Engine\'s range', (t) => {
  fc.assert(
    fc.property(networks, (network) => {
      const { gateway, keepalived, edge, netdata, dynamicRange } = nodeAddresses(network);
      const nodes = [...keepalived, edge, netdata];
      return (
        new Set([gateway, ...nodes]).size === 5 &&
        nodes.every((one) => contains(network.subnet, one) && !isNetworkOrBroadcast(network.subnet, one) && !contains(dynamicRange, one)) &&
        !contains(dynamicRange, network.vip)
      );
    }),
  );
  t.pass();
});

test('the default subnet has the addresses of the documentation', (t) => {
  t.like(nodeAddresses({ subnet: '172.20.0.0/16', vip: '172.20.0.100' }), {
    gateway: '172.20.0.1', keepalived: ['172.20.0.11', '172.20.0.12'], edge: '172.20.0.13', netdata: '172.20.0.14', dynamicRange: '172.20.128.0/17',
  });
});
