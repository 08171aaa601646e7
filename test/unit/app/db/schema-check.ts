import test from 'ava';
import type { Queryable } from '../../../../src/app/db/queryable.ts';
import { isConnectionError, SchemaIncomplete } from '../../../../src/app/db/errors.ts';
import { requiredMigration, schemaCheck } from '../../../../src/app/db/schema-check.ts';
import { createLogger } from '../../../../src/app/logging.ts';

const logger = createLogger({ service: 'api', instance: 'test' }, 'silent');

/** A database with these tables missing, which fails with `error` if there is one. */
function databaseWithout(state: { missing: string[]; isApplied?: boolean; error?: Error }): Queryable {
  const rowsOf = (name: string): object[] => {
    if (state.error !== undefined) throw state.error;
    if (name === 'schema-tables') return state.missing.map((table) => ({ name: table }));
    return state.isApplied === false ? [] : [{}];
  };
  // The rows of these two statements are all that is asked for.
  return { query: <Row extends object>({ name }: { readonly name: string }) => Promise.resolve().then(() => rowsOf(name) as Row[]) };
}

test('a complete schema needs no migration', async (t) => {
  const check = schemaCheck({ logger, migrate: () => Promise.reject(new Error('not needed')) });
  await t.notThrowsAsync(check(databaseWithout({ missing: [] })));
});

test('what is missing is migrated by who may, each time anew', async (t) => {
  const state = { missing: ['items'] };
  let migrations = 0;
  const check = schemaCheck({
    logger,
    migrate: () => {
      migrations += 1;
      state.missing = [];
      return Promise.resolve([requiredMigration]);
    },
  });
  await check(databaseWithout(state));
  state.missing = ['jobs', 'outbox'];
  await check(databaseWithout(state));
  t.is(migrations, 2);
});

test('who may not waits, and says for what', async (t) => {
  const check = schemaCheck({ logger });
  await t.throwsAsync(check(databaseWithout({ missing: ['items', 'jobs'] })), {
    instanceOf: SchemaIncomplete, message: 'the database lacks the table items, the table jobs',
  });
  await t.throwsAsync(check(databaseWithout({ missing: [], isApplied: false })), { message: `the database lacks the migration ${requiredMigration}` });
});

test('a table that the migrations do not bring back is still missing after them', async (t) => {
  const check = schemaCheck({ logger, migrate: () => Promise.resolve([]) });
  await t.throwsAsync(check(databaseWithout({ missing: ['outbox'] })), { instanceOf: SchemaIncomplete, message: 'the database lacks the table outbox' });
});

test('a migration that fails leaves the schema incomplete, a connection that breaks tells nothing of it', async (t) => {
  const refused = Object.assign(new Error('permission denied'), { code: '42501' });
  const failing = schemaCheck({ logger, migrate: () => Promise.reject(refused) });
  const incomplete = await t.throwsAsync(failing(databaseWithout({ missing: ['items'] })), { instanceOf: SchemaIncomplete });
  t.is(incomplete.cause, refused);
  const error = await t.throwsAsync(schemaCheck({ logger })(databaseWithout({ missing: [], error: new Error('Connection terminated') })));
  t.true(isConnectionError(error));
});
