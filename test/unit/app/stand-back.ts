import test, { type ExecutionContext } from 'ava';
import { StandBack } from '../../../src/app/stand-back.ts';
import { waitUntil } from '../../../src/runtime/wait-until.ts';

/** One that looks all the time, at a database and replicas that the test has in hand. */
function aStandBack(t: ExecutionContext) {
  const gate = { up: true, downForMs: 0 };
  const others = { isReady: false, asked: 0 };
  const ending = new AbortController();
  const changes: boolean[] = [];
  const anotherIsReady = () => {
    others.asked += 1;
    return Promise.resolve(others.isReady);
  };
  const standBack = new StandBack({ gate, anotherIsReady, onChange: (standsBack) => { changes.push(standsBack); }, signal: ending.signal, askEachMs: 1 });
  const running = standBack.run();
  t.teardown(async () => {
    ending.abort();
    await running;
  });
  const becomes = async (isOn: boolean) => (await waitUntil(() => Promise.resolve(standBack.isOn === isOn ? true : undefined), { timeoutMs: 5000, pollMs: 1 })) === true;
  const asked = async () => {
    const before = others.asked;
    return (await waitUntil(() => Promise.resolve(others.asked > before + 1 ? true : undefined), { timeoutMs: 5000, pollMs: 1 })) === true;
  };
  return { gate, others, standBack, changes, becomes, asked };
}

test('a replica that alone has no database stands back until it has one again', async (t) => {
  const { gate, others, standBack, changes, becomes } = aStandBack(t);
  others.isReady = true;
  Object.assign(gate, { up: false, downForMs: 1_001 });
  t.true(await becomes(true));
  Object.assign(gate, { up: true, downForMs: 0 });
  t.false(standBack.isOn, 'at once');
  t.true((await waitUntil(() => Promise.resolve(changes.length === 2 ? true : undefined), { timeoutMs: 5000, pollMs: 1 })) === true);
  t.deepEqual(changes, [true, false]);
});

test('while no replica has one, each takes its part', async (t) => {
  const { gate, others, standBack, becomes, asked } = aStandBack(t);
  Object.assign(gate, { up: false, downForMs: 60_000 });
  t.true(await asked());
  t.false(standBack.isOn);
  others.isReady = true;
  t.true(await becomes(true));
  others.isReady = false;
  t.true(await becomes(false));
});

test('nobody is asked of a database that restarts', async (t) => {
  const { gate, others, asked } = aStandBack(t);
  Object.assign(gate, { up: false, downForMs: 900 });
  others.isReady = true;
  await new Promise((resolve) => { setTimeout(resolve, 50); });
  t.is(others.asked, 0);
  gate.downForMs = 1_100;
  t.true(await asked());
});
