import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { once } from 'node:events';
import { lookAgainMs } from './decide.ts';

const loopback = '127.0.0.1';
/** A guardian that has not heard from the Engine for so long guards nothing. */
const silentAfterMs = 1.5 * lookAgainMs;

/** Serves /healthz on loopback: 200 while the Engine answers, else 503 with the reason. `lastContactMs` is monotonic. */
export async function serveHealth(port: number, lastContactMs: () => number): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== '/healthz') {
      response.writeHead(404).end();
      return;
    }
    const silentMs = performance.now() - lastContactMs();
    const well = silentMs < silentAfterMs;
    response.writeHead(well ? 200 : 503, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
    response.end(well ? 'ok\n' : `the Engine has not answered for ${Math.round(silentMs)} ms\n`);
  });
  server.listen(port, loopback);
  await once(server, 'listening');
  return server;
}
