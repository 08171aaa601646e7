import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { createAuthority, issueLeaf } from '../../../../../src/runtime/certs/authority.ts';
import { configSchema } from '../../../../../src/runtime/config/schema/config.ts';
import { frontDoorProblem } from '../../../../../src/runtime/platform/front-door/front-door-problem.ts';

/** All in it is on the loopback interface, so that its gateway is an address of this machine. */
const here = { subnet: '127.0.0.0/8', vip: '127.9.9.9' };
const elsewhere = { subnet: '203.0.113.0/24', vip: '203.0.113.9' };
const authority = createAuthority('a', new Date());
const leaf = async (names: readonly string[]) => issueLeaf(await authority, { names, days: 1, now: new Date() });

const configOf = (network: typeof here, https: number) => ({ ...configSchema.parse({ ports: { https } }), network: { ...configSchema.parse({}).network, ...network } });

/** What is found wrong with a published port that answers with this status and a certificate of these names. */
async function problemOf({ status = 200, names = [here.vip], network = here }): Promise<string | undefined> {
  const { certificate, key } = await leaf(names);
  const server = createServer({ cert: certificate, key }, (_request, response) => response.writeHead(status).end()).listen(0, '127.0.0.1');
  await new Promise((resolve) => { server.once('listening', resolve); });
  try {
    const problem = await frontDoorProblem(configOf(network, (server.address() as AddressInfo).port), { ca: (await authority).certificate });
    return problem?.what.replace(/:\d+/, '');
  } finally {
    server.close();
  }
}

test('a published port at which the API answers is no problem', async (t) => {
  t.is(await problemOf({}), undefined);
});

test('an answer of the load balancer in its place is one', async (t) => {
  t.regex((await problemOf({ status: 503 })) ?? '', /^clients get no answer of the API at https:\/\/localhost \(HTTP 503\), nor at https:\/\/127\.9\.9\.9 /);
});

test('so is a certificate that clients refuse', async (t) => {
  t.regex((await problemOf({ names: ['other.example.com'] })) ?? '', /\(ERR_TLS_CERT_ALTNAME_INVALID\)/);
});

test('nothing is asked where the ports are published elsewhere', async (t) => {
  t.is(await problemOf({ status: 503, network: elsewhere }), undefined);
});
