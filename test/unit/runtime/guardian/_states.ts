import type { Lease, Memory, Trace, Watched } from '../../../../src/runtime/guardian/model.ts';

/** Epoch milliseconds from which the tests reckon. */
export const t0 = 1_700_000_000_000;

export function watched(service: string, changes: Partial<Watched> = {}): Watched {
  return {
    service,
    component: service.replace(/_\d+$/, ''),
    container: `p-${service}`,
    id: `id-${service}`,
    state: 'running',
    health: 'healthy',
    dependsOn: [],
    ...changes,
  };
}

export function lease(targets: readonly string[], changes: Partial<Lease> = {}): Lease {
  return { id: 'drill-1', kind: 'drill', targets, expiresAtMs: t0 + 1_000_000, restartOnExpiry: [], ...changes };
}

export function traceIn(memory: Memory, service: string): Trace {
  const trace = memory.get(service);
  if (trace === undefined) throw new Error(`nothing is remembered of ${service}`);
  return trace;
}
