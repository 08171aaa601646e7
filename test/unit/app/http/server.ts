import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import test from 'ava';
import { closeServer, listen } from '../../../../src/app/http/server.ts';

test('who is told that its request is no HTTP is not kept, though it never closes its side', async (t) => {
  const server = await listen(() => undefined, { host: '127.0.0.1', port: 0, requestTimeoutMs: 5000, keepAliveTimeoutMs: 5000 });
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => undefined);
  let answer = '';
  client.on('data', (data) => { answer += data.toString(); });
  client.write('nonsense\r\n\r\n');
  await once(client, 'end');
  t.regex(answer, /^HTTP\/1\.1 400 /);
  const connections = promisify(server.getConnections.bind(server));
  for (const until = performance.now() + 5000; (await connections()) > 0 && performance.now() < until; ) await new Promise(setImmediate);
  t.is(await connections(), 0);
  client.destroy();
  await closeServer(server, 0);
});
