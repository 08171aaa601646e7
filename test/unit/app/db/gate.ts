import test from 'ava';
import { AvailabilityGate } from '../../../../src/app/db/gate.ts';

const SOON_MS = 5_000;

test('the gate opens when the probe succeeds, and wakes who waits', async (t) => {
  const abort = new AbortController();
  let answers = false;
  const gate = new AvailabilityGate({
    probe: () => (answers ? Promise.resolve() : Promise.reject(new Error('no'))),
    signal: abort.signal,
  });
  gate.start();
  const waiting = gate.waitUntilUp(SOON_MS);
  t.false(gate.up);
  answers = true;
  t.true(await waiting);
  t.true(gate.up);
});

test('waiting has a deadline', async (t) => {
  const abort = new AbortController();
  const gate = new AvailabilityGate({ probe: () => Promise.reject(new Error('no')), signal: abort.signal });
  gate.start();
  t.false(await gate.waitUntilUp(10));
  abort.abort();
});

test('an abort ends the waiting', async (t) => {
  const abort = new AbortController();
  const gate = new AvailabilityGate({ probe: () => Promise.reject(new Error('no')), signal: abort.signal });
  const waiting = gate.waitUntilUp(SOON_MS);
  abort.abort();
  t.false(await waiting);
});

test('a trip closes the gate once, and the probe opens it again', async (t) => {
  const abort = new AbortController();
  const events: string[] = [];
  const gate = new AvailabilityGate({
    probe: () => Promise.resolve(),
    signal: abort.signal,
    onDown: () => events.push('down'),
    onUp: () => events.push('up'),
  });
  gate.start();
  await gate.waitUntilUp(SOON_MS);
  gate.trip(new Error('broken'));
  gate.trip(new Error('broken, seen by another'));
  t.false(gate.up);
  t.true(await gate.waitUntilUp(SOON_MS));
  t.deepEqual(events, ['up', 'down', 'up']);
});

test('how long it has been down is told', (t) => {
  let clock = 1_000;
  const gate = new AvailabilityGate({
    probe: () => Promise.resolve(),
    signal: new AbortController().signal,
    now: () => clock,
  });
  clock += 250;
  t.is(gate.downForMs, 250);
});
