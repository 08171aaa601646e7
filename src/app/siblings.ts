import http from 'node:http';
import type { Resolve } from './lookup.ts';

/** A sibling on the same machine answers within a millisecond; one that is gone need not be waited for. */
const timeoutMs = 500;

export interface SiblingsOptions {
  /** The name that all replicas have. */
  readonly host: string;
  readonly port: number;
  readonly resolve: Resolve;
}

/**
 * Whether a replica says that it can do its work. Whoever asks is among them, and says what it knows of itself. False
 * where nobody has the name: there is one replica, started by hand.
 */
export async function anyReplicaIsReady({ host, port, resolve }: SiblingsOptions): Promise<boolean> {
  const addresses = await resolve(host).catch(() => []);
  const answers = await Promise.all(addresses.map(({ address }) => isReady(address, port)));
  return answers.includes(true);
}

function isReady(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ host: address, port, path: '/readyz', agent: false, timeout: timeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', () => { resolve(false); });
  });
}
