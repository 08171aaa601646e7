import test from 'ava';
import { topologyOf } from './_context.ts';

const checks = topologyOf().services.map(({ name, container: { healthcheck } }) => ({ name, ...healthcheck }));

test('what hangs is known to be unhealthy within 14 s', (t) => {
  for (const { name, intervalMs, timeoutMs, retries } of checks) t.true(retries * (intervalMs + timeoutMs) <= 14_000, name);
});

test('containers that start together do not stay in step: hardly any two have the same interval', (t) => {
  const sharers = Map.groupBy(checks, ({ intervalMs }) => intervalMs);
  t.true([...sharers.values()].every(({ length }) => length <= 2));
  t.true(sharers.size >= checks.length - 2, [...sharers.keys()].join(', '));
  t.true(checks.every(({ intervalMs }) => intervalMs >= 4500));
});
