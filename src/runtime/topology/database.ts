import { plain } from '../render/render.ts';
import { container, databasePath, filesMountPath, healthcheck, slowStartMs, tmpfs, volume } from './container.ts';
import type { TopologyContext } from './context.ts';
import { attach } from './networks.ts';
import { ports } from './ports.ts';
import { secretFile } from './secrets-files.ts';
import { serviceFolder } from './state-paths.ts';
import type { Service } from './topology.ts';

const name = 'db';
/** A tmpfs where the postgres user finds what belongs to the host's. */
const secretsPath = '/run/secrets-postgres';
const settings = {
  shared_buffers: '128MB',
  // Of 20 replicas and one that takes the place of another each may have 10, of as many workers 8 (DB_POOL_MAX of both).
  // They have them where statements wait for a lock, which is when an operator wants to get in as well.
  max_connections: '400',
  effective_cache_size: '512MB',
  checkpoint_timeout: '15min',
  max_wal_size: '512MB',
  // What was acknowledged must survive a crash. Both are defaults; a platform that counts lost writes says so.
  fsync: 'on',
  synchronous_commit: 'on',
  // A client that vanished must not keep its locks.
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
  idle_in_transaction_session_timeout: '30s',
  log_connections: 'off',
};

/** Whom initdb makes, a superuser for good. The application is somebody else: what gets in by it gets its tables, not the server. */
function administratorBeside(applicationUser: string): string {
  return applicationUser === 'postgres' ? 'haplat_admin' : 'postgres';
}

/** PostgreSQL, by the contract of the official image. */
export function database(context: TopologyContext): Service {
  const { config, secrets, templates } = context;
  return {
    name,
    component: 'db',
    layer: 'database',
    dependsOn: [],
    data: {
      product: 'PostgreSQL',
      file: `${databasePath}/PG_VERSION`,
      imageVariable: 'PG_MAJOR',
      accounts: { user: config.postgres.user, database: config.postgres.database },
    },
    files: [
      { path: 'start', text: plain(templates, 'db/start'), mode: 0o755 },
      { path: 'health', text: plain(templates, 'db/health'), mode: 0o755 },
      { path: 'set-accounts', text: plain(templates, 'db/set-accounts'), mode: 0o755 },
      { path: 'initdb/10-accounts.sh', text: plain(templates, 'db/accounts.sh'), mode: 0o644 },
      secretFile(context, 'secrets/password', secrets.dbPassword),
      secretFile(context, 'secrets/monitor-password', secrets.dbMonitorPassword),
    ],
    container: container(context, name, {
      image: config.postgres.image,
      entrypoint: ['bash', `${filesMountPath}/start`],
      command: ['postgres', ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
      env: {
        POSTGRES_DB: config.postgres.database,
        POSTGRES_USER: administratorBeside(config.postgres.user),
        APPLICATION_USER: config.postgres.user,
        // The image asks for one, of whom it makes: it is taken away again as soon as there is the application's role.
        POSTGRES_PASSWORD_FILE: `${secretsPath}/password`,
        // By code point, which is the same in every C library: with the image's own locale indexes of texts would be in another
        // order after a change of the image's base (PostgreSQL wiki, Locale data changes).
        POSTGRES_INITDB_ARGS: '--data-checksums --locale=C.UTF-8',
        PGDATA: databasePath,
      },
      networks: [attach(config.project, 'data', [name])],
      mounts: [
        volume(context, 'db_data', databasePath),
        { kind: 'bind', source: `${serviceFolder(context.stateDirectory, name)}/initdb`, target: '/docker-entrypoint-initdb.d', readOnly: true },
        tmpfs(secretsPath, 1),
        tmpfs('/run/postgresql', 1),
        tmpfs('/tmp', 64, 0o1777),
      ],
      // For the official entry point, which hands the data over to postgres and becomes it.
      capAdd: ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETUID'],
      // Over TCP: the server that the entry point runs on an empty volume listens on a socket only, and is not it.
      healthcheck: healthcheck(
        ['sh', `${filesMountPath}/health`, databasePath, '-q', '-h', '127.0.0.1', '-p', String(ports.postgres), '-U', config.postgres.user, '-d', config.postgres.database, '-t', '2'],
        { startPeriodMs: slowStartMs },
      ),
      stopSignal: 'SIGINT',
      stopGraceMs: 30_000,
      // PostgreSQL takes every process that its parent has left to process 1 for one of its own, and restarts all of them when
      // it ends badly: a health check that ran out of time, or what somebody ran with `docker exec`, had that effect.
      init: true,
      shmSizeMiB: 128,
      pidsLimit: 512,
    }),
  };
}
