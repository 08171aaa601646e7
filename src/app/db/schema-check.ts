import type { Logger } from '../logging.ts';
import type { Queryable, Statement } from './queryable.ts';
import { isConnectionError, SchemaIncomplete } from './errors.ts';

/** The last migration that this version needs. Apart from the migrations, so that the worker need not load knex. */
export const requiredMigration = '0001-items-jobs-outbox';
const migrationsTable = 'knex_migrations';
const tables = [migrationsTable, 'items', 'jobs', 'outbox', 'idempotency_keys'];

const absent: Statement = { name: 'schema-tables', text: 'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL' };
const applied: Statement = { name: 'schema-migration', text: `SELECT 1 FROM ${migrationsTable} WHERE name = $1` };

export interface SchemaOptions {
  readonly logger: Logger;
  /** Absent: somebody else's task, which is waited for. */
  readonly migrate?: () => Promise<string[]>;
}

/**
 * Makes what sees on a connection that the schema has come as far as this version needs: at the start, and when it is found
 * to be lost, as an empty database may have come back. Throws SchemaIncomplete, or a connection error.
 */
export function schemaCheck({ logger, migrate }: SchemaOptions): (connection: Queryable) => Promise<void> {
  let said = '';
  return async (connection) => {
    try {
      let missing = await whatIsMissing(connection);
      if (missing.length > 0 && migrate !== undefined) {
        logger.info({ migrations: await migrate() }, 'schema is up to date');
        missing = await whatIsMissing(connection);
      }
      if (missing.length > 0) throw new SchemaIncomplete(`the database lacks ${missing.join(', ')}`);
      said = '';
    } catch (err) {
      if (isConnectionError(err)) throw err;
      const failure = err instanceof SchemaIncomplete ? err : new SchemaIncomplete("the schema can't be brought up to date", { cause: err });
      // It is tried several times a second. Who waits for somebody else's migrations begins with that.
      if (String(err) !== said) logger[migrate === undefined ? 'info' : 'warn']({ err: failure }, 'waiting for the schema');
      said = String(err);
      throw failure;
    }
  };
}

async function whatIsMissing(connection: Queryable): Promise<string[]> {
  const missing = await connection.query<{ name: string }>(absent, [tables]);
  if (missing.length > 0) return missing.map(({ name }) => `the table ${name}`);
  const rows = await connection.query(applied, [requiredMigration]);
  return rows.length > 0 ? [] : [`the migration ${requiredMigration}`];
}
