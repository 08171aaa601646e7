import test from 'ava';
import { planUp } from '../../../../src/runtime/plan/plan-up.ts';
import { takenAway } from '../../../../src/runtime/plan/taken-away.ts';
import { aService, asObserved, aTopology } from './_build.ts';

test('what is replaced or made is nobody else\'s to start; what is only started or waited for is', (t) => {
  const before = aTopology([aService('app_1'), aService('db'), aService('worker_1')]);
  const after = aTopology([aService('app_1', { container: { env: { LOG: 'debug' } } }), aService('db'), aService('worker_1'), aService('worker_2')]);
  const observed = asObserved(before);
  const containers = observed.containers.map((one) => {
    if (one.name === 'p-db') return { ...one, state: 'exited' as const };
    return one.name === 'p-worker_1' ? { ...one, health: 'unhealthy' as const } : one;
  });
  t.deepEqual([...takenAway(planUp(after, { ...observed, containers }))].sort(), ['app_1', 'worker_2']);
});
