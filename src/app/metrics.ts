import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { QueueDepth } from './broker/depth.ts';
import type { Database } from './db/database.ts';

// From the fastest answer (a millisecond) to the longest a request may take.
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** A registry with the process's own metrics and those of its pool. */
export function createRegistry(instance: string, database: Database): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ instance });
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'db_pool_connections',
    help: 'Connections by state, and requests that wait for one',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { total, idle, waiting } = database.poolState;
      this.set({ state: 'used' }, total - idle);
      this.set({ state: 'idle' }, idle);
      this.set({ state: 'waiting' }, waiting);
    },
  });
  new Gauge({
    name: 'db_up',
    help: 'Whether the database can be used',
    registers: [registry],
    collect() {
      this.set(database.gate.up ? 1 : 0);
    },
  });
  return registry;
}

/** What others know, for the metrics; what can't be asked now is shown as no number. */
export interface MetricSources {
  readonly outboxLag: () => Promise<{ waiting: number; ageSeconds: number }>;
  readonly queueDepths: () => Promise<readonly QueueDepth[]>;
}

/** The API's metrics. */
export class Metrics {
  readonly registry: Registry;
  readonly #requests: Histogram<'method' | 'route' | 'status'>;

  /** The sources are asked at each scrape. */
  constructor(registry: Registry, { outboxLag, queueDepths }: MetricSources) {
    this.registry = registry;
    this.#requests = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Requests by route',
      labelNames: ['method', 'route', 'status'],
      buckets,
      registers: [registry],
    });
    this.#addQueues(queueDepths);
    this.#addOutbox(outboxLag);
  }

  #addOutbox(outboxLag: MetricSources['outboxLag']): void {
    // A scrape collects all at once, and asks once for both.
    let asking: Promise<{ waiting: number; ageSeconds: number }> | undefined;
    const ask = () =>
      (asking ??= outboxLag()
        .catch(() => ({ waiting: Number.NaN, ageSeconds: Number.NaN }))
        .finally(() => { asking = undefined; }));
    const add = (name: string, help: string, part: 'waiting' | 'ageSeconds') =>
      new Gauge({ name, help, registers: [this.registry], async collect() { this.set((await ask())[part]); } });
    add('outbox_oldest_seconds', 'Age of the oldest message not yet sent', 'ageSeconds');
    add('outbox_waiting', 'Messages not yet confirmed by the broker', 'waiting');
  }

  #addQueues(queueDepths: MetricSources['queueDepths']): void {
    new Gauge({
      name: 'queue_messages',
      help: 'Messages that wait in the broker, by queue',
      labelNames: ['queue'],
      registers: [this.registry],
      async collect() {
        // While the broker is away there is nothing to say: an old number would look like a new one.
        this.reset();
        for (const { queue, messages } of await queueDepths().catch(() => [])) this.set({ queue }, messages);
      },
    });
  }

  observeRequest(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status }, seconds);
  }
}
