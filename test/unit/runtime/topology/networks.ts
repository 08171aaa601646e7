import test from 'ava';
import fc from 'fast-check';
import { addressAt, contains, isNetworkOrBroadcast } from '../../../../src/runtime/config/schema/ipv4.ts';
import { serviceOf, topologyOf } from './_context.ts';

/** A subnet of /8 to /28 and an address in it that is neither of its ends nor the gateway's. */
const subnetAndVip = fc
  .tuple(fc.integer({ min: 8, max: 28 }), fc.nat(223), fc.nat(0xff_ff_ff), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([prefix, first, rest, position]) => {
    const size = 2 ** (32 - prefix);
    const address = (first + 1) * 2 ** 24 + rest;
    const subnet = `${addressAt('0.0.0.0/0', address - (address % size))}/${prefix}`;
    return { subnet, vip: addressAt(subnet, 2 + Math.floor(position * (size - 4))) };
  });

test('no address on the public network is given twice, whatever the subnet and the virtual address', (t) => {
  fc.assert(
    fc.property(subnetAndVip, ({ subnet, vip }) => {
      const topology = topologyOf({ network: { subnet, vip } });
      const network = topology.networks.find(({ name }) => name === 'haplat-public');
      const fixed = topology.services
        .flatMap(({ container }) => container.networks)
        .filter((attachment) => attachment.network === 'haplat-public')
        .map(({ ipv4 }) => ipv4 ?? 'none');
      // A virtual address that is a node's is turned away with the configuration.
      fc.pre(!fixed.includes(vip));
      const taken = [...fixed, network?.gateway ?? 'none', vip];
      return (
        new Set(taken).size === taken.length &&
        taken.every((address) => contains(subnet, address) && !isNetworkOrBroadcast(subnet, address)) &&
        [...fixed, vip].every((address) => !contains(network?.ipRange ?? '0.0.0.0/0', address))
      );
    }),
  );
  t.pass();
});

test('the virtual address is reserved: the Engine gives it to nobody', (t) => {
  const topology = topologyOf({ network: { subnet: '10.9.0.0/24', vip: '10.9.0.200' } });
  t.deepEqual(topology.networks.map(({ reserved }) => reserved), [{ vip: '10.9.0.200' }, undefined, undefined, undefined]);
});

test('the nodes know each other by their fixed addresses', (t) => {
  const topology = topologyOf();
  const address = (name: string) => serviceOf(topology, name).container.networks[0]?.ipv4;
  t.is(serviceOf(topology, 'keepalived_1').container.env['PUBLIC_ADDRESS'], address('keepalived_1'));
  const conf = serviceOf(topology, 'keepalived_1').files.find(({ path }) => path === 'keepalived.conf')?.text ?? '';
  t.true(conf.includes(`unicast_src_ip ${address('keepalived_1') ?? ''}`));
  t.regex(conf, new RegExp(`unicast_peer \\{\\s+${(address('keepalived_2') ?? '').replaceAll('.', '\\.')}\\s+\\}`));
});
