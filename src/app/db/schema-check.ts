import type { Database, Statement } from './database.ts';

/** The last migration that this version needs. Apart from the migrations, so that the worker need not load knex. */
export const requiredMigration = '0001-items-jobs-outbox';

const applied: Statement = { name: 'schema-check', text: 'SELECT 1 FROM knex_migrations WHERE name = $1' };

/** Whether the schema has come as far as this version needs. Throws while there is none at all. */
export async function isSchemaReady(database: Database): Promise<boolean> {
  const rows = await database.run((connection) => connection.query(applied, [requiredMigration]), { idempotent: true });
  return rows.length > 0;
}
