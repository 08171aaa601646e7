import test from 'ava';
import { transitionStates } from '../../../../../src/runtime/drill/judge/history.ts';
import { toTransition } from '../../../../../src/runtime/drill/watch/node-log.ts';

test('a node’s line about its virtual router becomes a transition', (t) => {
  const text = '{"event":"vrrp","instance":"haplat","state":"MASTER","priority":250,"at":"2026-01-02T03:04:05.678Z"}';
  t.deepEqual(toTransition('keepalived_1', text), {
    node: 'keepalived_1', kind: 'vrrp', state: 'MASTER', atMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  });
});

test('every state that a node may say of what it is about is heard, and no other', (t) => {
  const said = (kind: string, state: string) => toTransition('lb_1', JSON.stringify({ event: kind, state, at: 0 }))?.state;
  for (const [kind, states] of Object.entries(transitionStates)) t.deepEqual(states.map((state) => said(kind, state)), [...states]);
  t.is(said('check', 'MASTER'), undefined);
});

for (const text of ['{"event":"other","state":"x","at":"2026-01-02T03:04:05.678Z"}', '{"event":"vrrp"', '{"event":"vrrp","state":"MASTER","at":"yesterday"}']) {
  test(`a line that is not one of ours is skipped: ${text}`, (t) => {
    t.is(toTransition('keepalived_1', text), undefined);
  });
}
