import test from 'ava';
import { migrations } from '../../../../src/app/db/migrations/index.ts';
import { requiredMigration } from '../../../../src/app/db/schema-check.ts';

test('migrations have unique names in ascending order', (t) => {
  const names = migrations.map(({ name }) => name);
  t.deepEqual(names, [...new Set(names)].sort());
});

test('what the worker waits for is the last migration', (t) => {
  t.deepEqual(migrations.slice(-1).map(({ name }) => name), [requiredMigration]);
});
