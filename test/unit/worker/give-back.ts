import test, { type ExecutionContext } from 'ava';
import { waitUntil } from '../../../src/runtime/wait-until.ts';
import { giveBackWithoutDatabase } from '../../../src/worker/give-back.ts';

function aWorker(t: ExecutionContext) {
  const gate = { downForMs: 0, looks: 0 };
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
  const looked = { get downForMs() { gate.looks += 1; return gate.downForMs; } };
  const running = giveBackWithoutDatabase({ gate: looked, broker, onGiveBack: () => { told.count += 1; }, signal: ending.signal, lookEachMs: 1 });
  t.teardown(async () => {
    ending.abort();
    await running;
  });
  const looks = async () => {
    const before = gate.looks;
    return (await waitUntil(() => Promise.resolve(gate.looks > before + 2 ? true : undefined), { timeoutMs: 5000, pollMs: 1 })) === true;
  };
  return { gate, broker, told, looks };
}

test('what is in hand is given back once in each outage that lasts', async (t) => {
  const { gate, broker, told, looks } = aWorker(t);
  gate.downForMs = 4_000;
  t.true(await looks());
  t.is(broker.resets, 0, 'it may just restart');
  for (const outage of [1, 2]) {
    gate.downForMs = 6_000;
    t.true(await looks());
    t.is(broker.resets, outage);
    t.is(told.count, outage);
    // The session is open again, and nothing is consumed on it.
    broker.channel = {};
    t.true(await looks());
    t.is(broker.resets, outage);
    gate.downForMs = 0;
    t.true(await looks());
  }
});

test('without a broker nothing is in hand', async (t) => {
  const { gate, broker, looks } = aWorker(t);
  broker.channel = undefined;
  gate.downForMs = 6_000;
  t.true(await looks());
  t.is(broker.resets, 0);
});
