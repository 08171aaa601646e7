import test from 'ava';
import type { EngineEvent } from '../../../../../src/runtime/engine/port.ts';
import { faultSchema } from '../../../../../src/runtime/drill/fault/fault.ts';
import { historyOf, type Observations } from '../../../../../src/runtime/drill/run/history-of-run.ts';
import { fault as faultMs, samplesWith } from '../judge/_histories.ts';

const event = (action: string, container: string, atMs: number, health?: EngineEvent['health']): EngineEvent =>
  ({ action, container, service: container.slice(2), atMs: faultMs + atMs, health }) as EngineEvent;

function observed(changes: Partial<Observations> = {}): Observations {
  return {
    fault: faultSchema.parse({ kind: 'kill', targets: ['keepalived_1'] }),
    targets: ['keepalived_1'],
    view: { nodes: new Map([['keepalived_1', 'p-keepalived_1'], ['keepalived_2', 'p-keepalived_2']]), holders: ['keepalived_1'] },
    namespaces: ['p-keepalived_1'],
    rate: 100,
    steadyFromMs: faultMs - 500,
    injectedAtMs: faultMs,
    healedAtMs: undefined,
    restored: { seenAtMs: faultMs + 2600, wasLate: false },
    isSteadyAgain: true,
    probe: { samples: samplesWith([]), busy: [], ledger: [] },
    holders: [],
    transitions: [],
    events: [event('die', 'p-keepalived_1', 20), event('start', 'p-keepalived_1', 900), event('health_status', 'p-keepalived_1', 1500, 'healthy')],
    unseen: [],
    ...changes,
  };
}

test('what was sent before the steady state is none of the history', (t) => {
  t.is(Math.min(...historyOf(observed()).samples.map(({ dueMs }) => dueMs)), faultMs - 500);
});

test('a node that was killed is dead and cut off until it is started', (t) => {
  const { deaths, cutOff, holderBefore } = historyOf(observed());
  t.deepEqual(deaths, [{ node: 'keepalived_1', atMs: faultMs + 20 }]);
  t.deepEqual(cutOff, [{ node: 'keepalived_1', fromMs: faultMs, toMs: faultMs + 900 }]);
  t.is(holderBefore, 'keepalived_1');
});

test('redundancy is back with the last thing that was mended, or with who could do its work only later', (t) => {
  t.is(historyOf(observed()).restoredAtMs, faultMs + 1500);
  t.is(historyOf(observed({ restored: { seenAtMs: faultMs + 2600, wasLate: true } })).restoredAtMs, faultMs + 2600);
  t.is(historyOf(observed({ restored: undefined })).restoredAtMs, undefined);
});

test('what dies and is mended while the writes are looked up is none of the run\'s', (t) => {
  const { events } = observed();
  const later = [event('die', 'p-app_1', 4000), event('start', 'p-app_1', 4100), event('health_status', 'p-app_1', 9000, 'healthy')];
  t.is(historyOf(observed({ events: [...events, ...later] })).restoredAtMs, faultMs + 1500);
});

test('where two have the address before the fault, none is the holder', (t) => {
  const { nodes } = observed().view;
  t.is(historyOf(observed({ view: { nodes, holders: ['keepalived_1', 'keepalived_2'] } })).holderBefore, undefined);
});
