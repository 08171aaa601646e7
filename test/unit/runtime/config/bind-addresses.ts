import test from 'ava';
import { bindAddresses, bracketed, hostInUrl } from '../../../../src/runtime/config/schema/bind-addresses.ts';
import { configSchema } from '../../../../src/runtime/config/schema/config.ts';

test('`::` stands for all addresses of both families, any other for itself', (t) => {
  t.deepEqual(bindAddresses({ bindAddress: '::' }), ['0.0.0.0', '::']);
  for (const bindAddress of ['0.0.0.0', '192.0.2.1', '::1']) t.deepEqual(bindAddresses({ bindAddress }), [bindAddress]);
});

test('a URL has localhost for all of them, and an IPv6 address in brackets', (t) => {
  t.deepEqual(['0.0.0.0', '::', '192.0.2.1', '2001:db8::1'].map((bindAddress) => hostInUrl({ bindAddress })), ['localhost', 'localhost', '192.0.2.1', '[2001:db8::1]']);
  t.is(bracketed('127.0.0.1'), '127.0.0.1');
});

test('what is no address is refused', (t) => {
  for (const bindAddress of ['localhost', '192.0.2.256', '[::1]', '']) t.false(configSchema.safeParse({ ports: { bindAddress } }).success, bindAddress);
  t.true(configSchema.safeParse({ ports: { bindAddress: '2001:db8::1' } }).success);
});
