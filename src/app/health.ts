import type { BrokerSession } from './broker/session.ts';
import type { Database } from './db/database.ts';
import type { OutboxRelay } from './outbox/relay.ts';
import type { RecentOutcomes } from './recent-outcomes.ts';
import type { Lifecycle } from './lifecycle.ts';

export interface Readiness {
  readonly ready: boolean;
  readonly status: 'ready' | 'degraded' | 'unavailable' | 'starting' | 'draining';
  readonly checks: {
    readonly database: 'up' | 'down';
    readonly schema: 'up' | 'down';
    readonly broker: 'up' | 'down' | 'blocked';
    /** Of the API: stuck when the database is there and nothing has got from it to the broker for a while. */
    readonly outbox?: 'up' | 'stuck';
    /** Of the API: failing when most requests of the last seconds ended with an error of the server's. */
    readonly answers?: 'up' | 'failing';
    /** Of the API: failing when most requests of a kind did. It does the rest of its work. */
    readonly operations?: 'up' | 'failing';
    /** Of a worker: failing when most attempts at a kind of job failed. That may be the jobs'. */
    readonly attempts?: 'up' | 'failing';
  };
  /** Which kinds: `POST /items`, or the type of a job. */
  readonly failing?: readonly string[];
}

/** A broker that restarts is no reason to say so. */
const stuckAfterMs = 5_000;

interface Parts {
  readonly lifecycle: Lifecycle;
  readonly database: { readonly gate: Pick<Database['gate'], 'up'>; readonly lacksSchema: boolean };
  readonly broker: { readonly channel: unknown } & Pick<BrokerSession, 'isBlocked'>;
  readonly relay?: Pick<OutboxRelay, 'failingForMs'>;
  readonly answers?: Pick<RecentOutcomes, 'failing' | 'areMostFailing'>;
  readonly attempts?: Pick<RecentOutcomes, 'failing'>;
}

const upOrDown = (up: boolean): 'up' | 'down' => (up ? 'up' : 'down');

/**
 * Whether the process can do its work, and what it lacks. `brokerRequired`: the API does without one (jobs wait in
 * the outbox, it is "degraded"), a worker does not. One that takes no messages still gives out those that it has.
 */
export function readiness(
  parts: Parts,
  options: { brokerRequired: boolean },
): Readiness {
  const { lifecycle } = parts;
  const { gate, lacksSchema } = parts.database;
  const broker = parts.broker.channel !== undefined;
  const { isBlocked } = parts.broker;
  // Without a database nothing gets out of it either, and requests fail, which goes without saying.
  const isStuck = gate.up && (parts.relay?.failingForMs ?? 0) > stuckAfterMs;
  const failing = gate.up ? ((parts.answers ?? parts.attempts)?.failing ?? []) : [];
  const upOrFailing = (isFailing: boolean) => (isFailing ? 'failing' : 'up');
  const isFailing = gate.up && parts.answers?.areMostFailing === true;
  const checks: Readiness['checks'] = {
    database: upOrDown(gate.up || lacksSchema),
    schema: upOrDown(lifecycle.hasSchema && !lacksSchema),
    broker: isBlocked ? 'blocked' : upOrDown(broker),
    ...(parts.relay && { outbox: isStuck ? 'stuck' : 'up' }),
    ...(parts.answers && { answers: upOrFailing(isFailing), operations: upOrFailing(failing.length > 0) }),
    ...(parts.attempts && { attempts: upOrFailing(failing.length > 0) }),
  };
  if (lifecycle.draining) return { ready: false, status: 'draining', checks };
  if (!lifecycle.hasSchema) return { ready: false, status: 'starting', checks };
  if (!gate.up || (!broker && options.brokerRequired)) return { ready: false, status: 'unavailable', checks };
  const isDegraded = !broker || isBlocked || isStuck || isFailing || failing.length > 0;
  return { ready: true, status: isDegraded ? 'degraded' : 'ready', checks, ...(failing.length > 0 && { failing }) };
}

export const readyAllPath = '/readyz/all';

/** The status of an answer at `/readyz`, and at `readyAllPath`: there also what the process does without for a while counts. */
export const readinessStatus = ({ ready, status }: Readiness, path: string): 200 | 503 =>
  (path === readyAllPath ? status === 'ready' : ready) ? 200 : 503;
