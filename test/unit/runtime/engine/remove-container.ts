import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { connectEngine } from '../../../../src/runtime/engine/dockerode-engine.ts';
import type { Engine } from '../../../../src/runtime/engine/port.ts';
import { OperationError } from '../../../../src/runtime/errors.ts';

/** An Engine that gives these answers to removals, the last of them from then on. */
async function withAnswers(statuses: readonly number[], action: (engine: Engine, asked: () => number) => Promise<void>, changeMs = 20_000): Promise<void> {
  let asked = 0;
  const server = createServer((_request, response) => {
    const status = statuses[Math.min(asked, statuses.length - 1)] ?? 500;
    asked += 1;
    response.writeHead(status, { 'content-type': 'application/json' }).end(status === 204 ? undefined : '{"message":"removal of container a is already in progress"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const host = new URL(`tcp://127.0.0.1:${port}`);
    await action(connectEngine({ kind: 'tcp', host, isTls: false, tls: {} }, { patience: { readMs: 300, changeMs } }), () => asked);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a container whose removal is under way is removed when it is gone, and not before', async (t) => {
  await withAnswers([409, 409, 404], async (engine, asked) => {
    await engine.removeContainer('a');
    t.is(asked(), 3);
  });
});

test('a removal that does not end is an error', async (t) => {
  await withAnswers([409], async (engine) => {
    await t.throwsAsync(engine.removeContainer('a'), { instanceOf: OperationError, message: 'remove a: its removal is under way, and does not end' });
  }, 700);
});

test('what is gone is removed; what can\'t be removed is an error at once', async (t) => {
  await withAnswers([404], async (engine) => { await t.notThrowsAsync(engine.removeContainer('a')); });
  await withAnswers([500], async (engine, asked) => {
    await t.throwsAsync(engine.removeContainer('a'), { instanceOf: OperationError });
    t.is(asked(), 1);
  });
});
