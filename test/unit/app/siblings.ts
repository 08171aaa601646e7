import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { anyReplicaIsReady } from '../../../src/app/siblings.ts';

const found = (...addresses: string[]) => () => Promise.resolve(addresses.map((address) => ({ address, family: 4 })));

/** A replica on an address of the loopback network. */
async function replica(t: ExecutionContext, host: string, port: number, status: number): Promise<number> {
  const server = createServer((request, response) => response.writeHead(request.url === '/readyz' ? status : 500).end());
  server.listen(port, host);
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('one that is ready is enough, whoever else is silent or says that it is not', async (t) => {
  const port = await replica(t, '127.0.0.1', 0, 503);
  const ask = (...addresses: string[]) => anyReplicaIsReady({ host: 'app', port, resolve: found(...addresses) });
  t.false(await ask('127.0.0.1', '127.0.0.2'));
  await replica(t, '127.0.0.3', port, 200);
  t.true(await ask('127.0.0.1', '127.0.0.2', '127.0.0.3'));
});

test('a name that nobody has is of no replica', async (t) => {
  t.false(await anyReplicaIsReady({ host: 'app', port: 1, resolve: () => Promise.reject(new Error('not found')) }));
});
