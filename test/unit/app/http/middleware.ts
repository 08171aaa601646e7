import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import Koa from 'koa';
import { acceptJson } from '../../../../src/app/http/middleware.ts';
import type { RequestState } from '../../../../src/app/http/context.ts';

async function statusFor(t: ExecutionContext, accept: string): Promise<number> {
  const app = new Koa<RequestState>();
  app.silent = true;
  app.use(acceptJson);
  app.use((ctx) => { ctx.body = {}; });
  const handle = app.callback();
  const server = createServer((request, response) => { void handle(request, response); });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => { server.close(); });
  const { status, body } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers: { accept } });
  await body?.cancel();
  return status;
}

for (const accept of ['application/json', 'application/json; charset=utf-8', 'text/html, application/json;charset=UTF-8;q=0.8', 'application/*', '*/*']) {
  test(`who accepts ${accept} is answered`, async (t) => {
    t.is(await statusFor(t, accept), 200);
  });
}

for (const accept of ['text/html', 'application/json;q=0', 'application/xml, text/*']) {
  test(`who accepts ${accept} is told 406`, async (t) => {
    t.is(await statusFor(t, accept), 406);
  });
}
