import test from 'ava';
import {
  addressAt, canonicalCidr, contains, formatAddress, indexOf, isNetworkOrBroadcast, overlaps, parseAddress, parseCidr,
} from '../../../../../src/runtime/config/schema/ipv4.ts';

test('an address becomes a number and the same text again, up to the last one', (t) => {
  for (const text of ['0.0.0.0', '10.0.0.1', '172.20.0.100', '255.255.255.255']) {
    t.is(formatAddress(parseAddress(text)), text);
  }
  t.is(parseAddress('255.255.255.255'), 2 ** 32 - 1);
});

for (const text of ['', '1.2.3', '1.2.3.4.5', '1.2.3.256', '1.2.3.04', '1.2.3.-1', ' 1.2.3.4', 'a.b.c.d']) {
  test(`"${text}" is not an address`, (t) => {
    t.throws(() => parseAddress(text), { instanceOf: RangeError });
  });
}

for (const text of ['172.20.0.0', '172.20.0.0/33', '172.20.0.0/', '172.20/16', '/16', '172.20.0.0/1x']) {
  test(`"${text}" is not a subnet`, (t) => {
    t.throws(() => parseCidr(text), { instanceOf: RangeError });
  });
}

test('a subnet loses its host bits', (t) => {
  t.is(canonicalCidr('172.20.3.9/16'), '172.20.0.0/16');
  t.is(canonicalCidr('200.1.2.3/32'), '200.1.2.3/32');
  t.is(canonicalCidr('9.9.9.9/0'), '0.0.0.0/0');
});

test('a subnet contains its first and its last address and neither neighbour', (t) => {
  t.true(contains('172.20.0.0/16', '172.20.0.0'));
  t.true(contains('172.20.0.0/16', '172.20.255.255'));
  t.false(contains('172.20.0.0/16', '172.19.255.255'));
  t.false(contains('172.20.0.0/16', '172.21.0.0'));
  t.true(contains('0.0.0.0/0', '255.255.255.255'));
});

test('subnets overlap when one holds the other, not when they are neighbours', (t) => {
  t.true(overlaps('172.16.0.0/12', '172.20.0.0/24'));
  t.true(overlaps('172.20.0.0/24', '172.16.0.0/12'));
  t.true(overlaps('192.168.1.0/24', '192.168.1.0/24'));
  t.false(overlaps('192.168.0.0/24', '192.168.1.0/24'));
});

test('addresses are counted from the network address, and back', (t) => {
  t.is(addressAt('172.20.0.0/16', 300), '172.20.1.44');
  t.is(indexOf('172.20.0.0/16', '172.20.1.44'), 300);
  t.is(addressAt('255.255.255.0/24', 255), '255.255.255.255');
  t.throws(() => addressAt('172.20.0.0/24', 256), { instanceOf: RangeError });
  t.throws(() => addressAt('172.20.0.0/24', -1), { instanceOf: RangeError });
});

test('the first and last address of a subnet are no host’s, except where there are only two', (t) => {
  t.true(isNetworkOrBroadcast('172.20.0.0/16', '172.20.0.0'));
  t.true(isNetworkOrBroadcast('172.20.0.0/16', '172.20.255.255'));
  t.false(isNetworkOrBroadcast('172.20.0.0/16', '172.20.0.255'));
  t.false(isNetworkOrBroadcast('10.0.0.0/31', '10.0.0.1'));
});
