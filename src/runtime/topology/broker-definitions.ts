import { createHash } from 'node:crypto';
import type { Secrets } from './context.ts';

const everything = '.*';

/** RabbitMQ's definitions: one virtual host, the application's user, and Netdata's, which may only look. */
export function brokerDefinitions(user: string, secrets: Pick<Secrets, 'brokerPassword' | 'brokerMonitorPassword'>): string {
  const definitions = {
    users: [account(user, secrets.brokerPassword, []), account('netdata', secrets.brokerMonitorPassword, ['monitoring'])],
    vhosts: [{ name: '/' }],
    permissions: [
      { user, vhost: '/', configure: everything, write: everything, read: everything },
      { user: 'netdata', vhost: '/', configure: '^$', write: '^$', read: '^$' },
    ],
  };
  return `${JSON.stringify(definitions, null, 2)}\n`;
}

function account(name: string, password: string, tags: readonly string[]) {
  return { name, password_hash: passwordHash(password), hashing_algorithm: 'rabbit_password_hashing_sha256', tags };
}

/**
 * RabbitMQ's salted hash, base64(salt + sha256(salt + password)). The salt comes from the password, so that the same
 * password always makes the same file: passwords are random and long, there is no table to defend against.
 */
export function passwordHash(password: string): string {
  const salt = createHash('sha256').update(`haplat rabbitmq salt ${password}`).digest().subarray(0, 4);
  return Buffer.concat([salt, createHash('sha256').update(salt).update(password).digest()]).toString('base64');
}
