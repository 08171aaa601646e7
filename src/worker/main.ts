import { BrokerSession } from '../app/broker/session.ts';
import { Database } from '../app/db/database.ts';
import { schemaCheck } from '../app/db/schema-check.ts';
import { readiness } from '../app/health.ts';
import { closeServer, listen } from '../app/http/server.ts';
import { createLogger, type Logger } from '../app/logging.ts';
import { createRegistry } from '../app/metrics.ts';
import { RecentOutcomes } from '../app/recent-outcomes.ts';
import { readSecret } from '../app/settings.ts';
import { aborted, settleWithin, type ServeOptions } from '../app/shutdown.ts';
import { Lifecycle } from '../app/lifecycle.ts';
import { Consumer } from './consumer.ts';
import { giveBackWithoutDatabase } from './give-back.ts';
import { healthHandler } from './health-server.ts';
import { WorkerMetrics } from './metrics.ts';
import { readWorkerSettings, type WorkerSettings } from './settings.ts';

/** Jobs that failed come again after 1, 4 and 16 s (retryDelaysMs): between them nothing is heard of an outage that goes on. */
const retriedWithinMs = 20_000;
/** At the end of the grace period: to give back what is unfinished, and then to take leave of all. */
const giveBackMs = 2_000;
const closeMs = 1_000;

/**
 * Does jobs until `signal` aborts, then finishes what it has in hand, or gives it back when the grace period is over,
 * and returns. Waits for database, schema and broker. Throws SettingsError and ListenError.
 */
export async function serveWorker({ env, signal }: ServeOptions): Promise<void> {
  const settings = readWorkerSettings(env);
  readSecret('DB_PASSWORD_FILE', settings.DB_PASSWORD_FILE);
  readSecret('AMQP_PASSWORD_FILE', settings.AMQP_PASSWORD_FILE);
  const logger = createLogger({ service: 'worker', instance: settings.INSTANCE }, settings.LOG_LEVEL);
  const background = new AbortController();
  const graceOver = new AbortController();
  const parts = createParts(settings, logger, background.signal, graceOver.signal);
  const server = await listen((request, response) => void parts.health(request, response), {
    host: settings.HOST,
    port: settings.PORT,
    requestTimeoutMs: 5_000,
    keepAliveTimeoutMs: 5_000,
  });
  parts.database.start();
  const running = Promise.all([
    consumeWhenReady(parts, signal),
    giveBackWithoutDatabase({
      gate: parts.database.gate,
      broker: parts.broker,
      onGiveBack: () => { logger.warn('gives back what it has in hand: the database stays away'); },
      signal,
    }),
  ]);

  await aborted(signal);
  logger.info('draining');
  parts.lifecycle.startDraining();
  const timer = setTimeout(() => { graceOver.abort(); }, Math.max(settings.SHUTDOWN_GRACE_MS - giveBackMs - closeMs, 0));
  await settleWithin(settings.SHUTDOWN_GRACE_MS - closeMs, [parts.consumer.stop()]);
  clearTimeout(timer);
  background.abort();
  await settleWithin(closeMs, [parts.broker.close(), parts.publisher.close(), parts.database.close(), closeServer(server, 0), running]);
  logger.info('stopped');
}

function createParts(settings: WorkerSettings, logger: Logger, signal: AbortSignal, graceOver: AbortSignal) {
  const lifecycle = new Lifecycle();
  // The prefetch bounds what waits, so nothing need be turned away.
  const queueMax = settings.WORKER_PREFETCH * 2;
  const database = new Database({ settings, logger, signal, queueMax, waitMs: 1_000, checkSchema: schemaCheck({ logger }) });
  const metrics = new WorkerMetrics(createRegistry(settings.INSTANCE, database));
  const attempts = new RecentOutcomes({ silenceMs: retriedWithinMs });
  const publisher = new BrokerSession({ settings, purpose: 'publisher', logger, signal });
  const consumer = new Consumer({ settings, database, logger, metrics, attempts, publisher, signal: graceOver });
  const broker = new BrokerSession({
    settings,
    purpose: 'consumer',
    logger,
    signal,
    onChannel: (channel) => consumer.start(channel),
  });
  const health = healthHandler({
    instance: settings.INSTANCE,
    registry: metrics.registry,
    readiness: () => readiness({ lifecycle, database, broker: { channel: broker.channel, isBlocked: publisher.isBlocked }, attempts }, { brokerRequired: true }),
  });
  return { lifecycle, database, broker, publisher, consumer, health };
}

async function consumeWhenReady({ database, lifecycle, broker, publisher }: ReturnType<typeof createParts>, signal: AbortSignal): Promise<void> {
  if (!(await database.gate.waitUntilUp(Number.POSITIVE_INFINITY, signal))) return;
  lifecycle.markSchemaReady();
  await Promise.all([broker.run(), publisher.run()]);
}
