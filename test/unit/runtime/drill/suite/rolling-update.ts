import test from 'ava';
import { rollingUpdateSuite } from '../../../../../src/runtime/drill/suite/rolling-update.ts';
import { suiteSchema } from '../../../../../src/runtime/drill/suite/suite.ts';

test('the rolling update is a suite like any that a user writes, and allows no failed request', (t) => {
  const suite = rollingUpdateSuite();
  t.deepEqual(suiteSchema.parse(suite), suite);
  t.is(suite.objectives.maxFailedRequests, 0);
});
