import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { connectEngine, type ConnectOptions } from '../../../../src/runtime/engine/dockerode-engine.ts';
import type { Engine } from '../../../../src/runtime/engine/port.ts';
import { EngineUnreachableError, OperationError } from '../../../../src/runtime/errors.ts';

const patience = { readMs: 200, changeMs: 600 };
/** For an Engine that does answer: as long as a busy machine may take. */
const ample = { readMs: 20_000, changeMs: 20_000 };

/** An Engine that takes connections, and says what `answer` says. */
async function withEngine(answer: RequestListener, options: ConnectOptions, action: (engine: Engine) => Promise<void>): Promise<void> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    await action(connectEngine({ kind: 'tcp', host: new URL(`tcp://127.0.0.1:${port}`), isTls: false, tls: {} }, options));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const silence: RequestListener = () => undefined;

test('an Engine that takes connections and never answers counts as not reachable, sooner when asked than when told', async (t) => {
  await withEngine(silence, { patience }, async (engine) => {
    const ended: string[] = [];
    const calls = { told: () => engine.startContainer('a'), asked: () => engine.info(), read: () => Array.fromAsync(engine.logs('a', {})) };
    await Promise.all(Object.entries(calls).map(async ([name, call]) => {
      await t.throwsAsync(call, { instanceOf: EngineUnreachableError, message: /nothing for/ }, name);
      ended.push(name);
    }));
    t.is(ended.at(-1), 'told');
  });
});

test('an Engine that ends in the middle of an answer has not been silent', async (t) => {
  const gone: RequestListener = (request) => { request.socket.destroy(); };
  await withEngine(gone, { patience: ample }, async (engine) => {
    for (const call of [() => engine.info(), () => engine.startContainer('a'), () => Array.fromAsync(engine.logs('a', {}))]) {
      await t.throwsAsync(call, { instanceOf: EngineUnreachableError, message: /ECONNRESET/ });
    }
  });
});

test('an answer that breaks off after its head, or goes on for ever, ends the call all the same', async (t) => {
  const begins: RequestListener = (_request, response) => { response.writeHead(200, { 'content-type': 'application/json' }).write('{"Name":'); };
  const breaksOff: RequestListener = (request, response) => {
    begins(request, response);
    setImmediate(() => { request.socket.destroy(); });
  };
  for (const answer of [begins, breaksOff]) {
    await withEngine(answer, { patience }, async (engine) => {
      await t.throwsAsync(() => engine.info(), { instanceOf: EngineUnreachableError, message: /info: nothing for/ });
    });
  }
});

test('a command in a container has its own deadline, whenever the Engine falls silent', async (t) => {
  const made: RequestListener = (request, response) => {
    if (request.url?.endsWith('/exec') === true) response.writeHead(201, { 'content-type': 'application/json' }).end('{"Id":"e"}');
  };
  const ended: RequestListener = (request, response) => {
    made(request, response);
    if (request.url?.endsWith('/start') === true) response.writeHead(200).end();
  };
  const speaking: RequestListener = (request, response) => {
    made(request, response);
    if (request.url?.endsWith('/start') === true) response.writeHead(200).flushHeaders();
  };
  const answers = [silence, made, speaking, ended];
  for (const answer of answers) {
    await withEngine(answer, { patience: ample }, async (engine) => {
      await t.throwsAsync(() => engine.exec('a', ['true'], { timeoutMs: 150 }), {
        instanceOf: OperationError, message: 'true: no answer within 150 ms',
      });
    });
  }
});

test('who waits for the first answer is told so, once', async (t) => {
  let told = 0;
  const onSlow = () => { told += 1; };
  await withEngine(silence, { patience: { ...patience, readMs: 1500 }, onSlow }, async (engine) => {
    await Promise.allSettled([engine.listContainers({ project: 'p' }), engine.listNetworks()]);
    await t.throwsAsync(() => engine.listNetworks());
  });
  t.is(told, 1);
});

test('the first answer is told of, once; an Engine that is silent gives none', async (t) => {
  let told = 0;
  const options = { patience, onAnswer: () => { told += 1; } };
  await withEngine(silence, options, async (engine) => {
    await t.throwsAsync(() => engine.listNetworks());
  });
  t.is(told, 0);
  const answer: RequestListener = (_request, response) => { response.writeHead(200, { 'content-type': 'application/json' }).end('[]'); };
  await withEngine(answer, { ...options, patience: ample }, async (engine) => {
    for (let time = 1; time <= 3; time += 1) await engine.listNetworks();
  });
  t.is(told, 1);
});

test('who has had an answer is not told of later ones that take their time', async (t) => {
  let told = 0;
  let asked = 0;
  const answer: RequestListener = (_request, response) => {
    asked += 1;
    if (asked === 1) response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
  };
  await withEngine(answer, { patience: { ...patience, readMs: 1500 }, onSlow: () => { told += 1; } }, async (engine) => {
    t.deepEqual(await engine.listNetworks(), []);
    await t.throwsAsync(() => engine.listNetworks(), { instanceOf: EngineUnreachableError });
  });
  t.is(told, 0);
});
