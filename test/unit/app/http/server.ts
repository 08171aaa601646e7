import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
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

test('who never asked for anything holds up no end, who has begun to ask is answered', async (t) => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<undefined>();
  const { promise: over, resolve: end } = Promise.withResolvers<undefined>();
  const handle = (_request: unknown, response: ServerResponse) => {
    arrive(undefined);
    void over.then(() => response.end('done'));
  };
  const server = await listen(handle, { host: '127.0.0.1', port: 0, requestTimeoutMs: 5000, keepAliveTimeoutMs: 5000 });
  const { port } = server.address() as AddressInfo;
  const silent = connect({ port, host: '127.0.0.1' });
  await once(silent, 'connect');
  const asking = connect({ port, host: '127.0.0.1' });
  let answer = '';
  asking.on('data', (data) => { answer += data.toString(); });
  asking.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await arrived;
  const closing = closeServer(server, 20_000);
  silent.resume();
  await once(silent, 'close');
  end(undefined);
  await Promise.all([closing, once(asking, 'close')]);
  t.regex(answer, /done$/);
});

test('who does not read its answer is not waited for', async (t) => {
  const { promise: cutOff, resolve } = Promise.withResolvers<undefined>();
  const handle = (_request: unknown, response: ServerResponse) => {
    response.once('close', () => { resolve(undefined); });
    response.end(Buffer.alloc(32_000_000));
  };
  const server = await listen(handle, { host: '127.0.0.1', port: 0, requestTimeoutMs: 5000, keepAliveTimeoutMs: 5000, stalledTimeoutMs: 200 });
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1' });
  client.on('error', () => undefined);
  client.pause();
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await cutOff;
  t.pass();
  client.destroy();
  await closeServer(server, 0);
});
