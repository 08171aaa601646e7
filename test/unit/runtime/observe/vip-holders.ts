import test from 'ava';
import { localRoutes } from '../../../../src/runtime/observe/vip-holders.ts';

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
  t.is(localRoutes(fibTrie, '172.20.0.100'), 1);
});

test('one more is seen where the address is local anyway', (t) => {
  const both = fibTrie.replace('|-- 172.20.0.100\n', '|-- 172.20.0.100\n              /32 host LOCAL\n');
  t.is(localRoutes(both, '172.20.0.100'), 2);
  t.is(localRoutes(both, '172.20.0.11'), 1);
});

test('tables that the kernel keeps as one are printed twice and counted once', (t) => {
  t.is(localRoutes(`${fibTrie}${fibTrie.replace('Main', 'Local')}`, '172.20.0.100'), 1);
});

test('an address in the last line is counted', (t) => {
  t.is(localRoutes('|-- 172.20.0.100\n/32 host LOCAL', '172.20.0.100'), 1);
});

test('a prefix of an address, a broadcast address and a network are not taken for one', (t) => {
  for (const address of ['172.20.0.10', '172.20.255.255', '172.20.0.0']) t.is(localRoutes(fibTrie, address), 0, address);
});
