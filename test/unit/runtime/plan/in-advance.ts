import test from 'ava';
import { inAdvance } from '../../../../src/runtime/plan/in-advance.ts';
import { planUp } from '../../../../src/runtime/plan/plan-up.ts';
import { aService, asObserved, aTopology } from './_build.ts';

test('images are brought, and data is looked at, before anything else: nothing of the rest waits for them', (t) => {
  const data = { file: '/data/VERSION', product: 'PostgreSQL', imageVariable: 'PG_MAJOR' };
  const before = aTopology([aService('db', { component: 'db', data }), aService('netdata', { component: 'netdata' })]);
  const images = ['image:2', 'netdata:2'].map((reference) => ({ kind: 'pull', reference }) as const);
  const desired = aTopology([aService('db', { component: 'db', data, container: { image: 'image:2' } }), aService('netdata', { component: 'netdata', container: { image: 'netdata:2' } })], { images });
  const plan = planUp(desired, asObserved(before));
  const { advance, rest } = inAdvance(plan);
  t.deepEqual(advance.operations.map(({ id }) => id), ['ensure image image:2', 'ensure image netdata:2', 'check data of db']);
  t.deepEqual(advance.operations.at(-1)?.after, ['ensure image image:2']);
  const ids = new Set(rest.operations.map(({ id }) => id));
  t.is(ids.size + advance.operations.length, plan.operations.length);
  t.deepEqual(rest.operations.flatMap(({ after }) => after.filter((id) => !ids.has(id))), []);
  t.deepEqual(rest.operations.find(({ id }) => id === 'stop netdata')?.after, []);
});
