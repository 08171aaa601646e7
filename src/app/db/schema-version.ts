/** The last migration that this version needs. Apart from the migrations, so that the worker need not load knex. */
export const requiredMigration = '0001-items-jobs-outbox';
