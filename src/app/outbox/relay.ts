import type pg from 'pg';
import type { ConfirmChannel } from 'amqplib';
import { pause, reconnectPolicy, retry } from '../backoff.ts';
import type { BrokerSession } from '../broker/session.ts';
import { TASK_QUEUE } from '../broker/topology.ts';
import { connectClient, connectionConfig } from '../db/connection.ts';
import type { Database } from '../db/database.ts';
import { asQueryable } from '../db/queryable.ts';
import { isSchemaLost } from '../db/errors.ts';
import { serializeMessage } from '../jobs/message.ts';
import type { Logger } from '../logging.ts';
import type { ApiSettings } from '../settings.ts';
import { WakeUp } from '../wake-up.ts';
import { publishConfirmed, type Outgoing } from './publish.ts';
import { claimOutbox, outboxLag, removeFromOutbox, type OutboxEntry } from './repository.ts';

export interface RelayOptions {
  readonly settings: ApiSettings;
  readonly database: Database;
  readonly broker: BrokerSession;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Carries messages from the outbox to the broker: a message leaves the outbox in the transaction that ends only after
 * the broker's confirm, so one can be sent twice and never not at all. Runs on a connection of its own, so that it and
 * the requests do not wait for each other.
 *
 * Who accepts a job wakes the relay of its own process; a slow poll finds what a replica left that died or has no
 * broker. NOTIFY in each transaction was tried: its commits go one after the other, through a lock held until the
 * disk has them, which took more than half of the throughput (490 instead of 1100 jobs/s). Other writers may NOTIFY.
 */
export class OutboxRelay {
  readonly #options: RelayOptions;
  readonly #wakeUp = new WakeUp();
  #failingSinceMs: number | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** There is something to send. */
  wake(): void {
    this.#wakeUp.wake();
  }

  /** For how long nothing has got through, in ms; 0 while all does. */
  get failingForMs(): number {
    return this.#failingSinceMs === undefined ? 0 : performance.now() - this.#failingSinceMs;
  }

  /** Relays until aborted; the batch in hand is finished first. Never throws. */
  async run(): Promise<void> {
    const { signal, logger, database, settings } = this.#options;
    await retry(
      async (progressed) => {
        await database.gate.waitUntilUp(Number.POSITIVE_INFINITY, signal);
        if (signal.aborted) return;
        const client = await connectClient(connectionConfig(settings, 'relay'), () => { this.#wakeUp.wake(); });
        try {
          await this.#relayOn(client, progressed);
        } finally {
          void client.end().catch(() => undefined);
        }
      },
      {
        signal,
        policy: reconnectPolicy,
        onError: (err, attempt, waitMs) => {
          this.#failingSinceMs ??= performance.now();
          if (isSchemaLost(err)) database.suspect(err);
          logger.warn({ err, attempt, waitMs }, 'outbox relay starts over');
        },
      },
    );
  }

  async #relayOn(client: pg.Client, progressed: () => void): Promise<void> {
    const { signal, settings, broker } = this.#options;
    client.on('notification', () => { this.#wakeUp.wake(); });
    await client.query('LISTEN outbox');
    // If the server forgets in a crash that a message was sent, it is sent twice: no need to wait for the disk.
    await client.query('SET synchronous_commit = off');
    while (!signal.aborted) {
      const startedMs = performance.now();
      const channel = await broker.waitToPublish();
      if (channel === undefined) return;
      const sent = await this.#relayBatch(client, channel);
      if (sent > 0 || (await this.#nothingWaits(client))) {
        this.#failingSinceMs = undefined;
        progressed();
      }
      if (sent === settings.OUTBOX_BATCH) continue;
      await this.#wakeUp.wait(settings.OUTBOX_POLL_MS, signal);
      // Under load a batch each 20 ms costs less than one for each message; the first after a rest goes at once.
      await pause(settings.OUTBOX_INTERVAL_MS - (performance.now() - startedMs), signal);
    }
  }

  /** Nothing to send proves nothing after a failure: another replica may have it in hand, and fail as well. */
  async #nothingWaits(client: pg.Client): Promise<boolean> {
    return this.#failingSinceMs === undefined || (await outboxLag(asQueryable(client))).waiting === 0;
  }

  async #relayBatch(client: pg.Client, channel: ConfirmChannel): Promise<number> {
    const { settings, broker, logger } = this.#options;
    const transaction = asQueryable(client);
    await client.query('BEGIN');
    const entries = await claimOutbox(transaction, settings.OUTBOX_BATCH);
    if (entries.length > 0) {
      try {
        await publishConfirmed(channel, entries.map(outgoing), settings.PUBLISH_TIMEOUT_MS);
      } catch (error) {
        // The connection is new or quiet after this, and the rows are free again with the end of this client. A broker
        // that takes no messages would read them from each connection that was given up, once it takes some again.
        if (!broker.isBlocked) await broker.reset();
        throw error;
      }
      await removeFromOutbox(transaction, entries.map((entry) => entry.id));
    }
    await client.query('COMMIT');
    for (const entry of entries) logger.info({ jobId: entry.job_id, requestId: entry.request_id, traceparent: entry.traceparent ?? undefined }, 'job queued');
    return entries.length;
  }
}

const outgoing = (entry: OutboxEntry): Outgoing => ({
  queue: TASK_QUEUE,
  messageId: entry.job_id,
  content: serializeMessage({ type: entry.type, jobId: entry.job_id, itemId: entry.item_id }),
  options: {
    type: entry.type,
    timestamp: Math.floor(Date.now() / 1000),
    headers: {
      ...(entry.request_id === null ? {} : { 'x-request-id': entry.request_id }),
      ...(entry.traceparent === null ? {} : { traceparent: entry.traceparent }),
    },
  },
});
