import { createSocket } from 'node:dgram';
import { createServer, type AddressInfo, type LookupFunction } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import test from 'ava';
import { createLookup, directResolver, LookupSocket, type Resolve } from '../../../src/app/lookup.ts';

const never: Resolve = () => new Promise(() => undefined);
const found = (address: string): Resolve => () => Promise.resolve([{ address, family: 4 }]);
const fails = (code: string): Resolve => () => Promise.reject(Object.assign(new Error(code), { code }));

const all = (lookup: LookupFunction, hostname = 'db') =>
  new Promise((resolve, reject) => { lookup(hostname, { all: true }, (error, addresses) => { if (error === null) resolve(addresses); else reject(error); }); });

test('whichever of both knows the name answers, while the other hangs or fails', async (t) => {
  for (const other of [never, fails('ENOTFOUND')]) {
    t.deepEqual(await all(createLookup({ system: other, direct: found('10.0.0.1') })), [{ address: '10.0.0.1', family: 4 }]);
    t.deepEqual(await all(createLookup({ system: found('10.0.0.2'), direct: other })), [{ address: '10.0.0.2', family: 4 }]);
  }
});

test('a socket that wants one address is given one', async (t) => {
  const lookup = createLookup({ system: found('10.0.0.2'), direct: never });
  const one = await new Promise((resolve) => { lookup('db', {}, (...answer) => { resolve(answer); }); });
  t.deepEqual(one, [null, '10.0.0.2', 4]);
});

test('a name that neither knows fails as the system says it', async (t) => {
  await t.throwsAsync(all(createLookup({ system: fails('ENOTFOUND'), direct: fails('ETIMEOUT') })), { code: 'ENOTFOUND' });
});

test('the system is not asked again for a name that it still looks for, and is after that', async (t) => {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  const system: Resolve = (hostname) => {
    asked.push(hostname);
    return new Promise((resolve) => { answers.push(() => { resolve([{ address: '10.0.0.2', family: 4 }]); }); });
  };
  const lookup = createLookup({ system, direct: fails('ENOTFOUND') });
  const both = [all(lookup), all(lookup), all(lookup, 'rabbitmq')];
  t.deepEqual(asked, ['db', 'rabbitmq']);
  for (const answer of answers) answer();
  await Promise.all(both);
  void all(lookup);
  t.deepEqual(asked, ['db', 'rabbitmq', 'db']);
});

/** A name server that loses the first `lost` questions, and then knows every name as 10.0.0.3. */
async function losingNameServer(lost: number) {
  const socket = createSocket('udp4');
  let asked = 0;
  socket.on('message', (question, from) => {
    asked += 1;
    if (asked <= lost) return;
    const answer = Buffer.concat([question.subarray(0, question.indexOf(0, 12) + 5), Buffer.from('c00c00010001000000000004', 'hex'), Buffer.from([10, 0, 0, 3])]);
    answer.writeUInt16BE(0x8180, 2);
    for (const [offset, count] of [1, 1, 0, 0].entries()) answer.writeUInt16BE(count, 4 + 2 * offset);
    socket.send(answer, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, close: () => socket.close(), asked: () => asked };
}

test('a question that is lost is asked again', async (t) => {
  const server = await losingNameServer(2);
  t.teardown(server.close);
  t.deepEqual(await directResolver(50, [server.address])('db'), [{ address: '10.0.0.3', family: 4 }]);
  t.is(server.asked(), 3);
});

test('a name server that is silent is an error in the end', async (t) => {
  const server = await losingNameServer(Number.POSITIVE_INFINITY);
  t.teardown(server.close);
  await t.throwsAsync(directResolver(50, [server.address])('db'), { code: 'ETIMEOUT' });
});

test('a socket of it connects by port and name, by address, and by path', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'haplat-lookup-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'socket');
  for (const to of ['localhost', '127.0.0.1', path]) {
    const server = createServer((peer) => peer.end());
    server.listen(to === path ? { path } : { port: 0, host: to });
    await once(server, 'listening');
    const socket = to === path ? new LookupSocket().connect(path) : new LookupSocket().connect((server.address() as AddressInfo).port, to);
    await once(socket, 'connect');
    socket.destroy();
    server.close();
    t.pass();
  }
});
