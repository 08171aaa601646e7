import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { brokerDefinitions, passwordHash } from '../../../../src/runtime/topology/broker-definitions.ts';

test('the hash is a salt of four bytes and the digest of salt and password, as RabbitMQ reads it', (t) => {
  fc.assert(
    fc.property(fc.string(), (password) => {
      const bytes = Buffer.from(passwordHash(password), 'base64');
      const salt = bytes.subarray(0, 4);
      return bytes.subarray(4).equals(createHash('sha256').update(salt).update(password).digest());
    }),
  );
  t.pass();
});

test('the same password makes the same file, so that nothing is restarted for it', (t) => {
  t.is(passwordHash('a'), passwordHash('a'));
  t.not(passwordHash('a'), passwordHash('b'));
});

test('the application has no administrator\'s tag, and Netdata no access to messages', (t) => {
  const definitions = JSON.parse(brokerDefinitions('shop', { brokerPassword: 'p', brokerMonitorPassword: 'm' })) as {
    users: { name: string; tags: string[] }[];
    permissions: object[];
  };
  t.deepEqual(definitions.users.map(({ name, tags }) => ({ name, tags })), [
    { name: 'shop', tags: [] },
    { name: 'netdata', tags: ['monitoring'] },
  ]);
  t.like(definitions.permissions[1], { user: 'netdata', configure: '^$', write: '^$', read: '^$' });
});
