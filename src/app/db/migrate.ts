import knexModule from 'knex';
import type { CommonSettings } from '../settings.ts';
import { connectClient, connectionConfig } from './connection.ts';
import { migrationSource } from './migrations/index.ts';

// Any number will do as long as all replicas use the same: "haplat" in ASCII.
const ADVISORY_LOCK = 0x6861706c6174;
const MIGRATION_TIMEOUT_MS = 120_000;
/** A change to a table that waits for somebody's lock has everybody else wait behind it. The whole is tried again soon. */
const TABLE_LOCK_TIMEOUT_MS = 1000;

/**
 * Brings the schema up to date. Replicas that start together queue for an advisory lock, which PostgreSQL frees
 * by itself when its holder dies. Throws what the driver throws; repeating it is safe.
 * @returns the names of the migrations that were run
 */
export async function migrate(settings: CommonSettings): Promise<string[]> {
  const config = {
    ...connectionConfig(settings, 'migrate'),
    statement_timeout: MIGRATION_TIMEOUT_MS,
    lock_timeout: MIGRATION_TIMEOUT_MS,
    query_timeout: MIGRATION_TIMEOUT_MS + 500,
    idle_in_transaction_session_timeout: MIGRATION_TIMEOUT_MS,
  };
  const lock = await connectClient(config, () => undefined);
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    return await runMigrations({ ...config, lock_timeout: TABLE_LOCK_TIMEOUT_MS });
  } finally {
    await lock.end().catch(() => undefined);
  }
}

async function runMigrations(config: object): Promise<string[]> {
  const database = knexModule.knex({
    client: 'pg',
    connection: config,
    pool: { min: 0, max: 2 },
    acquireConnectionTimeout: 5_000,
    // The version before knows fewer migrations than the database has during a rolling change.
    migrations: { migrationSource, disableMigrationsListValidation: true },
  });
  try {
    // Holding the advisory lock means that nobody else migrates: a lock left in knex's own table is a dead replica's.
    await database.migrate.forceFreeMigrationsLock();
    const [, names] = (await database.migrate.latest()) as [number, string[]];
    return names;
  } finally {
    await database.destroy();
  }
}
