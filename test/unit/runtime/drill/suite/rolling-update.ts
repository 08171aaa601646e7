import test from 'ava';
import { rollingUpdateSuite } from '../../../../../src/runtime/drill/suite/rolling-update.ts';
import { suiteSchema } from '../../../../../src/runtime/drill/suite/suite.ts';

test('the rolling update is a suite like any that a user writes, and allows no failed request', (t) => {
  const suite = rollingUpdateSuite({ app: { replicas: 2 } });
  t.deepEqual(suiteSchema.parse(suite), suite);
  t.is(suite.objectives.maxFailedRequests, 0);
});

test('of a single replica of the API the outage is measured, not refused', (t) => {
  const accepted = (replicas: number) => rollingUpdateSuite({ app: { replicas } }).drills.filter(({ acceptOutage }) => acceptOutage).map(({ name }) => name);
  t.deepEqual(accepted(2), []);
  t.deepEqual(accepted(1), ['rolling update of app']);
});
