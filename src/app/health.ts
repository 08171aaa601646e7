import type { BrokerSession } from './broker/session.ts';
import type { Database } from './db/database.ts';
import type { Lifecycle } from './state.ts';

export interface Readiness {
  readonly ready: boolean;
  readonly status: 'ready' | 'degraded' | 'unavailable' | 'starting' | 'draining';
  readonly checks: { readonly database: 'up' | 'down'; readonly schema: 'up' | 'down'; readonly broker: 'up' | 'down' | 'blocked' };
}

const upOrDown = (up: boolean): 'up' | 'down' => (up ? 'up' : 'down');

/**
 * Whether the process can do its work, and what it lacks. `brokerRequired`: the API does without one (jobs wait in
 * the outbox, it is "degraded"), a worker does not. One that takes no messages still gives out those that it has.
 */
export function readiness(
  parts: { lifecycle: Lifecycle; database: { gate: Pick<Database['gate'], 'up'>; lacksSchema: boolean }; broker: Pick<BrokerSession, 'channel' | 'isBlocked'> },
  options: { brokerRequired: boolean },
): Readiness {
  const { lifecycle } = parts;
  const { gate, lacksSchema } = parts.database;
  const broker = parts.broker.channel !== undefined;
  const { isBlocked } = parts.broker;
  const checks = {
    database: upOrDown(gate.up || lacksSchema),
    schema: upOrDown(lifecycle.migrated && !lacksSchema),
    broker: isBlocked ? ('blocked' as const) : upOrDown(broker),
  };
  if (lifecycle.draining) return { ready: false, status: 'draining', checks };
  if (!lifecycle.migrated) return { ready: false, status: 'starting', checks };
  if (!gate.up || (!broker && options.brokerRequired)) return { ready: false, status: 'unavailable', checks };
  return { ready: true, status: broker && !isBlocked ? 'ready' : 'degraded', checks };
}
