import type { ConfigProblem } from './config-problem.ts';
import type { Config } from './config.ts';

/** Netdata's, in PostgreSQL and in RabbitMQ. */
const monitor = 'netdata';
/** PostgreSQL's own: roles with this beginning, words that mean a role, and the templates of databases. */
const ownRoles = /^pg_|^public$|^none$/;
const ownDatabases = /^template[01]$/;

/** Names that somebody has already: the data would be made, and nobody could log in. */
export function checkAccounts({ postgres, rabbitmq }: Pick<Config, 'postgres' | 'rabbitmq'>): ConfigProblem[] {
  const problem = (path: readonly string[], message: string): ConfigProblem[] => [{ path, message, remedy: 'choose another name' }];
  return [
    ...(postgres.user === monitor ? problem(['postgres', 'user'], `${monitor} is the role that metrics are read with`) : []),
    ...(ownRoles.test(postgres.user) ? problem(['postgres', 'user'], `${postgres.user} is a name of PostgreSQL's own`) : []),
    ...(ownDatabases.test(postgres.database) ? problem(['postgres', 'database'], `${postgres.database} is a template of PostgreSQL's own`) : []),
    ...(rabbitmq.user === monitor ? problem(['rabbitmq', 'user'], `${monitor} is the user that metrics are read with`) : []),
  ];
}
