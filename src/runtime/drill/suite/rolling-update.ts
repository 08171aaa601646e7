import type { Config } from '../../config/schema/config.ts';
import type { Suite } from './suite.ts';

/**
 * In each of both kinds of connections: over the ten to twenty seconds that two replicas take, three times, well over 5,000
 * requests. More would measure how two cores bear load, not whether a replica goes unnoticed.
 */
const rate = 75;
const runs = { app: 3, worker: 1 };

/** The built-in suite of planned change: all replicas are replaced under load, and no client may notice. A single one is noticed. */
export function rollingUpdateSuite({ app }: { readonly app: Pick<Config['app'], 'replicas'> }): Suite {
  const drillOf = (component: keyof typeof runs) => ({
    name: `rolling update of ${component}`,
    fault: { kind: 'renew' as const, targets: [`all:${component}`] },
    objectives: {},
    runs: runs[component],
    rate,
    pooled: true,
    acceptOutage: component === 'app' && app.replicas === 1,
  });
  return { name: 'rolling-update', objectives: { maxFailedRequests: 0, maxLostWrites: 0 }, drills: [drillOf('app'), drillOf('worker')] };
}
