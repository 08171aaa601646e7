import test from 'ava';
import { planDown } from '../../../../src/runtime/plan/plan-down.ts';
import { aService, asObserved, aTopology, planToText, withContainer } from './_build.ts';

const topology = aTopology(
  [
    aService('db', { component: 'db' }),
    aService('worker_1', { component: 'worker', dependsOn: ['db'] }),
    aService('edge', { component: 'edge', dependsOn: ['worker_1'] }),
    aService('guardian', { component: 'guardian' }),
  ],
  { volumes: [{ name: 'p-data', labels: {} }] },
);

test('the guardian stops first; what has work or data in hand stops gracefully, whoever needs it before it', (t) => {
  t.is(
    planToText(planDown('p', asObserved(topology), { volumes: false })),
    `
stop guardian — down was asked for
remove edge — down was asked for [after stop guardian]
stop worker_1 — down was asked for [after stop guardian, remove edge]
stop db — down was asked for [after stop guardian, stop worker_1]
remove db — down was asked for [after stop db]
remove worker_1 — down was asked for [after stop worker_1]
remove guardian — down was asked for [after stop guardian]
remove network p-net — down was asked for [after remove db, remove worker_1, remove edge, remove guardian]
`.trim(),
  );
});

test('volumes go only when asked for, after everything that has them', (t) => {
  const plan = planDown('p', asObserved(topology), { volumes: true });
  const removal = plan.operations.find((operation) => operation.kind === 'remove-volume');
  t.deepEqual(removal?.after, ['remove db', 'remove worker_1', 'remove edge', 'remove guardian']);
});

test('a container that does not run is not stopped', (t) => {
  const observed = withContainer(asObserved(topology), 'p-db', { state: 'exited' });
  t.false(planDown('p', observed, { volumes: false }).operations.some((operation) => operation.id === 'stop db'));
});

test('nothing there, nothing to do', (t) => {
  t.deepEqual(planDown('p', { containers: [], networks: [], volumes: [] }, { volumes: true }).operations, []);
});

test('of two that say they are the same both go', (t) => {
  const topology = aTopology([aService('db', { component: 'db' })]);
  const [db] = asObserved(topology).containers;
  const twin = db && { ...db, id: 'twin', name: 'somebodys', state: 'exited' as const };
  const { operations } = planDown('p', { ...asObserved(topology), containers: [twin, db].filter((one) => one !== undefined) }, { volumes: false });
  t.deepEqual(operations.map(({ id }) => id).filter((id) => !id.includes('network')), ['remove somebodys', 'stop p-db', 'remove p-db']);
});
