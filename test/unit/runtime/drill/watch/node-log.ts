import test from 'ava';
import { transitionStates } from '../../../../../src/runtime/drill/judge/history.ts';
import { toTransition } from '../../../../../src/runtime/drill/watch/node-log.ts';
import { parseAddressLog } from '../../../../../src/runtime/drill/watch/vip-watch.ts';

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

test('changes of the virtual address, and of no other, are read from what the kernel tells', (t) => {
  const text = [
    '[2026-01-02T03:04:05.500000] 2: eth0    inet 172.20.0.100/16 scope global secondary eth0\\       valid_lft forever',
    '[2026-01-02T03:04:06.250125] Deleted 2: eth0    inet 172.20.0.100/16 scope global secondary eth0\\       valid_lft forever',
    '[2026-01-02T03:04:07.000000] 2: eth0    inet 172.20.0.10/16 scope global eth0\\       valid_lft forever',
    '[2026-01-02T03:04:08.000000]',
  ].join('\n');
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 500);
  t.deepEqual(parseAddressLog('keepalived_1', '172.20.0.100', text), [
    { node: 'keepalived_1', atMs: at, holds: true },
    { node: 'keepalived_1', atMs: at + 750.125, holds: false },
  ]);
});
