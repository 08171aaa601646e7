import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import * as z from 'zod';
import { SettingsError, toError } from './errors.ts';

const port = (fallback: number) => z.coerce.number().int().min(1).max(65_535).default(fallback);
const count = (fallback: number, min = 1, max = 100_000) => z.coerce.number().int().min(min).max(max).default(fallback);
const ms = (fallback: number, min = 1) => z.coerce.number().int().min(min).max(3_600_000).default(fallback);
const text = (fallback: string) => z.string().min(1).default(fallback);

/** What API and worker have in common. Secrets are named by file only, so that they show in no process list or inspect. */
export const commonShape = {
  INSTANCE: text(hostname()),
  HOST: text('0.0.0.0'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** From SIGTERM to the return of serve…; the container's stop timeout has to be longer. */
  SHUTDOWN_GRACE_MS: ms(10_000),

  DB_HOST: text('db'),
  DB_PORT: port(5432),
  DB_NAME: text('haplat'),
  DB_USER: text('haplat'),
  DB_PASSWORD_FILE: text('/run/secrets/db_password'),
  DB_POOL_MAX: count(10, 1, 500),
  /** To open a connection or to get one from the pool. Short: a vanished container black-holes connections. */
  DB_CONNECT_TIMEOUT_MS: ms(800),
  DB_STATEMENT_TIMEOUT_MS: ms(2_000),
  DB_IDLE_TIMEOUT_MS: ms(30_000),

  AMQP_HOST: text('rabbitmq'),
  AMQP_PORT: port(5672),
  AMQP_VHOST: text('/'),
  AMQP_USER: text('haplat'),
  AMQP_PASSWORD_FILE: text('/run/secrets/rabbitmq_password'),
  AMQP_HEARTBEAT_S: count(5, 1, 300),
  AMQP_CONNECT_TIMEOUT_MS: ms(2_000),
} as const;

const apiSchema = z.object({
  ...commonShape,
  PORT: port(3000),
  /**
   * A start keeps its port closed until the schema is there, but no longer. The Engine's check passes as soon as
   * somebody listens, and Traefik sends requests until its own, up to a second later, asks whether they make sense; where
   * nobody listens it asks another replica. Less than the Engine allows for a start: without a database it has to live.
   */
  LISTEN_WITHIN_MS: ms(5_000, 0),
  BODY_LIMIT_BYTES: count(65_536, 64, 16_777_216),
  REQUEST_TIMEOUT_MS: ms(10_000),
  /** Longer than Traefik keeps an idle connection (90 s): only the balancer may close one, or it races its next request. */
  KEEP_ALIVE_TIMEOUT_MS: ms(120_000),
  /** Readiness is off this long before the port closes, so that a balancer checking every second stops sending. */
  DRAIN_DELAY_MS: ms(1_500, 0),
  /** Requests waiting for a connection beyond this are turned away with 503 at once. */
  DB_POOL_QUEUE_MAX: count(200, 0),
  /** The name of all replicas: one that alone has lost its database finds those that have one. */
  SIBLINGS_HOST: text('app'),
  /** How long a request may wait for a database that has just gone. With the one before, no more than a second in all. */
  DB_WAIT_MS: ms(500, 0),
  OUTBOX_BATCH: count(200, 1, 10_000),
  OUTBOX_POLL_MS: ms(2_000, 100),
  OUTBOX_INTERVAL_MS: ms(20, 0),
  PUBLISH_TIMEOUT_MS: ms(5_000),
  /** How long a job that is done is remembered; 0: for ever. */
  JOB_RETENTION_DAYS: count(30, 0, 36_500),
});

export type ApiSettings = z.infer<typeof apiSchema>;
export type CommonSettings = z.infer<z.ZodObject<typeof commonShape>>;

/** Checks `env` against `schema`; an empty value counts as absent. Throws SettingsError with a line for each wrong one. */
export function readSettings<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv): z.infer<T> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new SettingsError(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}

/** The API's settings from the environment. */
export const readApiSettings = (env: NodeJS.ProcessEnv): ApiSettings => readSettings(apiSchema, env);

/** The content of a secret file without its last newline. Throws SettingsError that names the setting, never the content. */
export function readSecret(setting: string, file: string): string {
  try {
    const secret = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (secret !== '') return secret;
  } catch (error) {
    throw new SettingsError([`${setting}: cannot read ${file}: ${toError(error).message}`], { cause: error });
  }
  throw new SettingsError([`${setting}: ${file} is empty`]);
}
