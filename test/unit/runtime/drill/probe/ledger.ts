import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { Ledger } from '../../../../../src/runtime/drill/probe/ledger.ts';
import { steadyNowMs } from '../../../../../src/runtime/steady-clock.ts';

type Handle = (request: http.IncomingMessage, response: http.ServerResponse) => void;

const item = { id: 'i-1', name: 'drill run-0', processedCount: 1 };
const answer = (response: http.ServerResponse, status: number, body: object, by = 'app_1') => {
  response.writeHead(status, by === '' ? {} : { 'x-served-by': by }).end(JSON.stringify(body));
};
const writes: Handle = ({ url }, response) => {
  if (url === '/items') answer(response, 201, { id: 'i-1' });
  else answer(response, 202, { jobId: 'j-1' });
};

/** A ledger of one item and its job, which the application took; its look-ups are for `handle`. */
async function writtenLedger(t: ExecutionContext, handle: Handle, timeoutMs = 1000) {
  const server = http.createServer((request, response) => { (request.method === 'POST' ? writes : handle)(request, response); });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => { server.closeAllConnections(); server.close(); });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/items`);
  const ledger = new Ledger({ url, agent: new http.Agent(), timeoutMs, connectTimeoutMs: timeoutMs }, { runId: 'run', originMs: steadyNowMs(), pollMs: 1 });
  return { ledger, write: async () => { ledger.write(); await ledger.drained(); } };
}

test('a load balancer that knows of no replica just now says nothing of what is missing', async (t) => {
  let asked = 0;
  const { ledger, write } = await writtenLedger(t, ({ url, method }, response) => {
    asked += 1;
    if (asked === 1) answer(response, 404, {}, '');
    else if (method === 'DELETE') answer(response, 204, {});
    else answer(response, 200, url?.startsWith('/jobs') === true ? { state: 'done' } : { items: [item] });
  });
  await write();
  t.like((await ledger.lookUp(5000))[0], { create: 'acknowledged', process: 'acknowledged', job: 'done', found: [item] });
});

test('what the application does not know is missing', async (t) => {
  const { ledger, write } = await writtenLedger(t, ({ url }, response) => {
    if (url?.startsWith('/jobs') === true) answer(response, 404, {});
    else answer(response, 200, { items: [] });
  });
  await write();
  t.like((await ledger.lookUp(5000))[0], { job: 'missing', found: [] });
});

test('nobody is asked any more when time is up: what is left could not be looked up', async (t) => {
  let asked = 0;
  const { ledger, write } = await writtenLedger(t, () => { asked += 1; }, 2000);
  for (let number = 0; number < 40; number += 1) await write();
  const records = await ledger.lookUp(500);
  t.is(records.length, 40);
  t.true(records.every(({ found, job }) => found === undefined && job === undefined));
  t.is(asked, 8, 'as many as are asked for at once');
});
