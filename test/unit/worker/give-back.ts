import test, { type ExecutionContext } from 'ava';
import { giveBackWithoutDatabase } from '../../../src/worker/give-back.ts';
import { Turns } from '../app/_turns.ts';

function aWorker(t: ExecutionContext) {
  const gate = { downForMs: 0 };
  const broker = {
    channel: {} as object | undefined,
    resets: 0,
    reset: () => {
      broker.resets += 1;
      broker.channel = undefined;
      return Promise.resolve();
    },
  };
  const told = { count: 0 };
  const ending = new AbortController();
  const turns = new Turns();
  const running = giveBackWithoutDatabase({ gate, broker, onGiveBack: () => { told.count += 1; }, signal: ending.signal, pause: turns.pause });
  t.teardown(async () => {
    ending.abort();
    await running;
  });
  return { gate, broker, told, looks: () => turns.next() };
}

test('what is in hand is given back once in each outage that lasts', async (t) => {
  const { gate, broker, told, looks } = aWorker(t);
  gate.downForMs = 4_000;
  await looks();
  t.is(broker.resets, 0, 'it may just restart');
  for (const outage of [1, 2]) {
    gate.downForMs = 6_000;
    await looks();
    t.is(broker.resets, outage);
    t.is(told.count, outage);
    // The session is open again, and nothing is consumed on it.
    broker.channel = {};
    await looks();
    t.is(broker.resets, outage);
    gate.downForMs = 0;
    await looks();
  }
});

test('without a broker nothing is in hand', async (t) => {
  const { gate, broker, looks } = aWorker(t);
  broker.channel = undefined;
  gate.downForMs = 6_000;
  await looks();
  t.is(broker.resets, 0);
});
