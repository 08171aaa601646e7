import { Counter, Histogram, type Registry } from 'prom-client';

/** The worker's own metrics. */
export class WorkerMetrics {
  readonly registry: Registry;
  readonly #jobs: Histogram<'type' | 'outcome'>;
  readonly #dead: Counter<'reason'>;

  constructor(registry: Registry) {
    this.registry = registry;
    this.#jobs = new Histogram({
      name: 'job_duration_seconds',
      help: 'Attempts at jobs by their outcome',
      labelNames: ['type', 'outcome'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
      registers: [registry],
    });
    this.#dead = new Counter({
      name: 'job_messages_given_up_total',
      help: 'Messages moved to the dead-letter queue by reason',
      labelNames: ['reason'],
      registers: [registry],
    });
  }

  observeJob(type: string, outcome: string, seconds: number): void {
    this.#jobs.observe({ type, outcome }, seconds);
  }

  countDead(reason: string): void {
    this.#dead.inc({ reason });
  }
}
