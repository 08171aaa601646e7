import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { configSchema } from '../../../../../src/runtime/config/schema/config.ts';
import type { ObservedContainer } from '../../../../../src/runtime/engine/port.ts';
import { findConflicts } from '../../../../../src/runtime/platform/preflight/preflight.ts';
import { aService, aTopology, observedContainer } from '../../plan/_build.ts';

const nothing = { containers: [], networks: [], volumes: [], imageIds: {} };

async function listening(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** Of a platform on loopback whose HTTPS port is this one, and whose subnets (RFC 2544) nobody has. */
async function conflictsOf(https: number, listContainers: () => ObservedContainer[] = () => [], bindAddress = '127.0.0.1'): Promise<string[]> {
  const free = await Promise.all([0, 1, 2].map(() => listening()));
  for (const { server } of free) server.close();
  const [http = 0, dashboard = 0, netdata = 0] = free.map(({ port }) => port);
  const network = { subnet: '198.18.0.0/24', vip: '198.18.0.100', appSubnet: '198.18.1.0/24', dataSubnet: '198.18.2.0/24', controlSubnet: '198.18.3.0/24' };
  const config = configSchema.parse({ project: 'mine', network, ports: { bindAddress, http, https, dashboard, netdata } });
  const engine = {
    socketPath: '/nobody/asks.sock',
    listContainers: () => Promise.resolve(listContainers()),
    listNetworks: () => Promise.resolve([]),
    listVolumes: () => Promise.resolve([]),
  };
  return (await findConflicts({ config }, engine, nothing)).map(({ key }) => key);
}

/** A port that somebody else listens on, until the test's end at the latest. */
async function taken(t: ExecutionContext): Promise<{ readonly server: Server; readonly port: number }> {
  const one = await listening();
  t.teardown(() => one.server.close());
  return one;
}

test('a port that somebody listens on is taken', async (t) => {
  t.deepEqual(await conflictsOf((await taken(t)).port), ['ports.https']);
});

test('an address that this machine does not have is told, before anything is taken away', async (t) => {
  // Of TEST-NET-1 (RFC 5737): nobody has it.
  const { server, port } = await listening();
  server.close();
  t.deepEqual(await conflictsOf(port, undefined, '192.0.2.77'), ['ports.bindAddress', 'ports.bindAddress']);
});

test('one that is free when it is looked at again is not: another haplat looked as well', async (t) => {
  const { server, port } = await taken(t);
  let looks = 0;
  t.deepEqual(await conflictsOf(port, () => {
    looks += 1;
    if (looks === 2) server.close();
    return [];
  }), []);
  t.is(looks, 2);
});

test('one that a container of ours has by now is not: another haplat has made it since', async (t) => {
  const { port } = await taken(t);
  const edge = aService('edge');
  t.deepEqual(await conflictsOf(port, () => [observedContainer(aTopology([edge]), edge, { publishedPorts: [port] })]), []);
});
