import test from 'ava';
import { isLocalAddress } from '../../../../src/runtime/status/vip-holders.ts';

const fibTrie = `Main:
  +-- 0.0.0.0/0 3 0 5
     +-- 172.20.0.0/16 2 0 2
        +-- 172.20.0.0/24 2 0 2
           |-- 172.20.0.0
              /16 link UNICAST
           |-- 172.20.0.11
              /32 host LOCAL
           |-- 172.20.0.100
              /32 host LOCAL
        |-- 172.20.255.255
           /32 link BROADCAST
`;

test('an address on an interface is seen', (t) => {
  t.true(isLocalAddress(fibTrie, '172.20.0.100'));
});

test('a prefix of an address, a broadcast address and a network are not taken for one', (t) => {
  for (const address of ['172.20.0.10', '172.20.255.255', '172.20.0.0']) t.false(isLocalAddress(fibTrie, address), address);
});
