import test from 'ava';
import { toEngineEvent } from '../../../../src/runtime/engine/observed.ts';

const event = (Action: string, attributes: Record<string, string> = {}) => ({
  Action,
  timeNano: 1_700_000_000_123_456_000,
  Actor: { Attributes: { name: 'p-app_1', 'io.haplat.service': 'app_1', ...attributes } },
});

test('a death carries its exit code and the Engine\'s time in milliseconds', (t) => {
  const seen = toEngineEvent(event('die', { exitCode: '137' }));
  t.like(seen, { action: 'die', container: 'p-app_1', service: 'app_1', exitCode: 137 });
  t.is(Math.round(seen?.atMs ?? 0), 1_700_000_000_123);
});

test('a change of health says what it became', (t) => {
  t.like(toEngineEvent(event('health_status: unhealthy')), { action: 'health_status', health: 'unhealthy' });
});

test('what is not an event of a container is passed over', (t) => {
  t.is(toEngineEvent({ Action: 'create' }), undefined);
  t.is(toEngineEvent('text'), undefined);
});
