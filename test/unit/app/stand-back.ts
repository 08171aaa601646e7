import test, { type ExecutionContext } from 'ava';
import { StandBack } from '../../../src/app/stand-back.ts';
import { Turns } from './_turns.ts';

/** One that looks when it is told to, at a database and replicas that the test has in hand. */
function aStandBack(t: ExecutionContext) {
  const gate = { up: true, downForMs: 0 };
  const others = { isReady: false, asked: 0 };
  const ending = new AbortController();
  const changes: boolean[] = [];
  const anotherIsReady = () => {
    others.asked += 1;
    return Promise.resolve(others.isReady);
  };
  const turns = new Turns();
  const standBack = new StandBack({ gate, anotherIsReady, onChange: (standsBack) => { changes.push(standsBack); }, signal: ending.signal, pause: turns.pause });
  const running = standBack.run();
  t.teardown(async () => {
    ending.abort();
    await running;
  });
  return { gate, others, standBack, changes, looks: () => turns.next() };
}

test('a replica that alone has no database stands back until it has one again', async (t) => {
  const { gate, others, standBack, changes, looks } = aStandBack(t);
  others.isReady = true;
  Object.assign(gate, { up: false, downForMs: 1_001 });
  await looks();
  t.true(standBack.isOn);
  Object.assign(gate, { up: true, downForMs: 0 });
  t.false(standBack.isOn, 'at once');
  await looks();
  t.deepEqual(changes, [true, false]);
});

test('while no replica has one, each takes its part', async (t) => {
  const { gate, others, standBack, looks } = aStandBack(t);
  Object.assign(gate, { up: false, downForMs: 60_000 });
  await looks();
  t.is(others.asked, 1);
  t.false(standBack.isOn);
  for (const isReady of [true, false]) {
    others.isReady = isReady;
    await looks();
    t.is(standBack.isOn, isReady);
  }
});

test('nobody is asked of a database that restarts', async (t) => {
  const { gate, others, looks } = aStandBack(t);
  Object.assign(gate, { up: false, downForMs: 900 });
  others.isReady = true;
  await looks();
  t.is(others.asked, 0);
  gate.downForMs = 1_100;
  await looks();
  t.is(others.asked, 1);
});
