import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { serveApi } from '../../../src/app/main.ts';

/** tcpmux, which is out of use: connections are refused. */
const nobodysPort = '1';

/** A port of this machine that nobody listens on yet. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The first answer. */
async function answerOf(url: string): Promise<Response> {
  for (;;) {
    const answer = await fetch(url, { headers: { connection: 'close' } }).catch(() => undefined);
    if (answer !== undefined) return answer;
    await pause(20);
  }
}

test('without a database it listens all the same, lives, and says what is missing', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'haplat-api-'));
  const password = join(folder, 'password');
  await writeFile(password, 'secret');
  const port = await freePort();
  const end = new AbortController();
  const env = {
    HOST: '127.0.0.1', PORT: String(port), LOG_LEVEL: 'silent', LISTEN_WITHIN_MS: '200', DRAIN_DELAY_MS: '0',
    DB_HOST: '127.0.0.1', DB_PORT: nobodysPort, DB_PASSWORD_FILE: password,
    AMQP_HOST: '127.0.0.1', AMQP_PORT: nobodysPort, AMQP_PASSWORD_FILE: password,
  };
  const serving = serveApi({ env, signal: end.signal });
  t.teardown(async () => {
    end.abort();
    await serving;
    await rm(folder, { recursive: true });
  });
  const url = `http://127.0.0.1:${port}`;
  t.is((await answerOf(`${url}/healthz`)).status, 200);
  t.is((await answerOf(`${url}/readyz/traffic`)).status, 503);
  t.like(await (await answerOf(`${url}/readyz`)).json(), { status: 'starting', checks: { database: 'down', schema: 'down' } });
});
