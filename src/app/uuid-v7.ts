import { randomUUID } from 'node:crypto';

/**
 * A UUID of version 7 (RFC 9562, 5.7): 48 bits of Unix time in ms, and what follows the version is by chance. Those of one
 * millisecond are in no order. Made from one of version 4, as node:crypto has its own only since Node 24.16.
 */
export function uuidV7(epochMs = Date.now(), afterVersion = randomUUID().slice(15)): string {
  const time = epochMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${afterVersion}`;
}
