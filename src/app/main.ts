import type Koa from 'koa';
import { pause } from './backoff.ts';
import { queueDepths } from './broker/depth.ts';
import { BrokerSession } from './broker/session.ts';
import { TASK_QUEUE } from './broker/topology.ts';
import { Database } from './db/database.ts';
import type { AvailabilityGate } from './db/gate.ts';
import { schemaCheck } from './db/schema-check.ts';
import { readiness } from './health.ts';
import { Batches } from './http/batches.ts';
import { RecentOutcomes } from './recent-outcomes.ts';
import { closeServer, listen } from './http/server.ts';
import { createWebApp } from './web-app.ts';
import { createLogger, type Logger } from './logging.ts';
import { resolveDirectly } from './lookup.ts';
import { createRegistry, Metrics } from './metrics.ts';
import { keepHouse } from './outbox/housekeeping.ts';
import { OutboxRelay } from './outbox/relay.ts';
import { outboxLag } from './outbox/repository.ts';
import { readApiSettings, readSecret, type ApiSettings } from './settings.ts';
import { aborted, settleWithin, type ServeOptions } from './shutdown.ts';
import { anyReplicaIsReady } from './siblings.ts';
import { StandBack } from './stand-back.ts';
import { Lifecycle } from './lifecycle.ts';

// At the most of body that is allowed this is some megabytes, at the usual size a statement of a millisecond.
const WRITES_TOGETHER = 64;
const RELAY_GRACE_MS = 500;
/** Of a start that failed. */
const CLOSE_MS = 1_500;

/**
 * Serves the API until `signal` aborts, then drains and returns. Starts without database and broker and waits for both:
 * for the first few seconds before it listens, so that it is asked nothing that it can't answer yet.
 * Throws SettingsError and ListenError: what no waiting mends.
 */
export async function serveApi({ env, signal }: ServeOptions): Promise<void> {
  const settings = readApiSettings(env);
  readSecret('DB_PASSWORD_FILE', settings.DB_PASSWORD_FILE);
  readSecret('AMQP_PASSWORD_FILE', settings.AMQP_PASSWORD_FILE);
  const logger = createLogger({ service: 'api', instance: settings.INSTANCE }, settings.LOG_LEVEL);
  // Work behind the requests goes on while they are drained, so it has a signal of its own.
  const background = new AbortController();
  const parts = createParts(settings, logger, background.signal);
  parts.database.start();
  const relaying = relayOnceMigrated(settings, logger, parts, background.signal);
  const running = [parts.broker.run(), parts.standBack.run()];
  await settleWithin(settings.LISTEN_WITHIN_MS, [Promise.race([parts.lifecycle.schemaReady, aborted(signal)])]);
  const close = (withinMs: number) => settleWithin(withinMs, [relaying, ...running, parts.broker.close(), parts.database.close()]);
  const server = await listenAs(settings, parts.app.callback()).catch(async (error: unknown) => {
    background.abort();
    await close(CLOSE_MS);
    throw error;
  });
  logger.info({ port: settings.PORT }, 'listening');

  await aborted(signal);
  const deadline = performance.now() + settings.SHUTDOWN_GRACE_MS;
  logger.info('draining');
  parts.lifecycle.startDraining();
  await pause(Math.min(settings.DRAIN_DELAY_MS, settings.SHUTDOWN_GRACE_MS / 2), background.signal);
  await closeServer(server, Math.max(deadline - performance.now() - 1_000, 0));
  background.abort();
  // Its batch in hand is sent and forgotten before its connections are closed, or it would be sent once more.
  await settleWithin(Math.min(RELAY_GRACE_MS, deadline - performance.now()), [relaying]);
  await close(deadline - performance.now());
  logger.info('stopped');
}

function listenAs(settings: ApiSettings, handle: ReturnType<Koa['callback']>) {
  return listen((request, response) => void handle(request, response), {
    host: settings.HOST,
    port: settings.PORT,
    requestTimeoutMs: settings.REQUEST_TIMEOUT_MS,
    keepAliveTimeoutMs: settings.KEEP_ALIVE_TIMEOUT_MS,
  });
}

function createParts(settings: ApiSettings, logger: Logger, signal: AbortSignal) {
  const lifecycle = new Lifecycle();
  const { DB_POOL_QUEUE_MAX: queueMax, DB_WAIT_MS: waitMs } = settings;
  const checkSchema = schemaCheck({ logger, migrate: () => bringSchemaUpToDate(settings) });
  const database = new Database({ settings, logger, signal, queueMax, waitMs, checkSchema });
  const broker = new BrokerSession({ settings, purpose: 'relay', logger, signal });
  const relay = new OutboxRelay({ settings, database, broker, logger, signal });
  // While it takes nothing, what is asked of it waits, one question behind the other.
  const depths = () => queueDepths(broker.isBlocked ? undefined : broker.channel);
  const waitingMessages = async () => (await depths().catch(() => [])).find(({ queue }) => queue === TASK_QUEUE)?.messages;
  const sources = {
    outboxLag: () => database.run((connection) => outboxLag(connection), { idempotent: true }),
    queueDepths: depths,
  };
  const metrics = new Metrics(createRegistry(settings.INSTANCE, database), sources);
  const standBack = createStandBack(settings, logger, database.gate, signal);
  const answers = new RecentOutcomes();
  const app = createWebApp({
    instance: settings.INSTANCE,
    bodyLimitBytes: settings.BODY_LIMIT_BYTES,
    logger,
    lifecycle,
    metrics,
    answers,
    database,
    reads: new Batches({ sizeMax: Number.POSITIVE_INFINITY, pendingMax: Number.POSITIVE_INFINITY }),
    writes: new Batches({ sizeMax: WRITES_TOGETHER, pendingMax: settings.DB_POOL_MAX + queueMax }),
    onEnqueued: () => { relay.wake(); },
    takesTraffic: () => lifecycle.takesTraffic && !standBack.isOn,
    readiness: () => readiness({ lifecycle, database, broker, relay, answers }, { brokerRequired: false }),
  });
  return { lifecycle, database, broker, relay, standBack, app, waitingMessages };
}

function createStandBack(settings: ApiSettings, logger: Logger, gate: AvailabilityGate, signal: AbortSignal): StandBack {
  const siblings = { host: settings.SIBLINGS_HOST, port: settings.PORT, resolve: resolveDirectly };
  return new StandBack({
    gate,
    anotherIsReady: () => anyReplicaIsReady(siblings),
    onChange: (standsBack) => {
      if (standsBack) logger.warn('stands back: another replica has a database');
      else logger.info('takes its part again');
    },
    signal,
  });
}

type Parts = ReturnType<typeof createParts>;

async function relayOnceMigrated(settings: ApiSettings, logger: Logger, parts: Parts, signal: AbortSignal): Promise<void> {
  if (!(await parts.database.gate.waitUntilUp(Number.POSITIVE_INFINITY, signal))) return;
  parts.lifecycle.markSchemaReady();
  const { database, relay, waitingMessages } = parts;
  await Promise.all([relay.run(), keepHouse({ database, settings, waitingMessages, logger, signal })]);
}

// knex and its dialects are a tenth of the process's memory: loaded only if there is something for them to do.
async function bringSchemaUpToDate(settings: ApiSettings): Promise<string[]> {
  const { migrate } = await import('./db/migrate.ts');
  return migrate(settings);
}
