import test from 'ava';
import { UntoldDeaths } from '../../../../src/runtime/guardian/untold-deaths.ts';

const running = { service: 'db', state: 'running' } as const;

function afterDeath(): UntoldDeaths {
  const deaths = new UntoldDeaths();
  deaths.note({ action: 'die', service: 'db' }, 0);
  return deaths;
}

test('a death is untold for as long as the list shows what died as running', (t) => {
  const deaths = afterDeath();
  deaths.look([running], 1500);
  t.true(deaths.isAny);
  deaths.look([{ service: 'db', state: 'exited' }], 1600);
  t.false(deaths.isAny);
});

test('what runs again, or is gone, is nothing to wait for', (t) => {
  const again = afterDeath();
  again.note({ action: 'start', service: 'db' }, 500);
  t.false(again.isAny);
  const gone = afterDeath();
  gone.look([{ service: 'app_1', state: 'running' }], 100);
  t.false(gone.isAny);
});

test('a death whose end was missed is forgotten', (t) => {
  const deaths = afterDeath();
  deaths.look([running], 10_000);
  t.true(deaths.isAny);
  deaths.look([running], 10_001);
  t.false(deaths.isAny);
});

test('other events tell of no death', (t) => {
  const deaths = new UntoldDeaths();
  for (const action of ['kill', 'stop', 'pause', 'health_status']) deaths.note({ action, service: 'db' }, 0);
  t.false(deaths.isAny);
});
