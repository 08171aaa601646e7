import type { Knex } from 'knex';
import { itemsJobsOutbox } from './0001-items-jobs-outbox.ts';

interface NamedMigration {
  readonly name: string;
  readonly migration: Knex.Migration;
}

/** All migrations in their order. Names are recorded in the database: never rename or reorder. */
export const migrations: readonly NamedMigration[] = [{ name: '0001-items-jobs-outbox', migration: itemsJobsOutbox }];

/** Code instead of a folder: the program is one file. */
export const migrationSource: Knex.MigrationSource<NamedMigration> = {
  getMigrations: () => Promise.resolve([...migrations]),
  getMigrationName: ({ name }) => name,
  getMigration: ({ migration }) => Promise.resolve(migration),
};
