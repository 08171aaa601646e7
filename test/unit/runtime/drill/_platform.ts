import type { DrillInputs } from '../../../../src/runtime/drill/drill.ts';
import { faultSchema } from '../../../../src/runtime/drill/fault/fault.ts';
import { labels } from '../../../../src/runtime/engine/labels.ts';
import type { ContainerDetails, Engine } from '../../../../src/runtime/engine/port.ts';

const vip = '172.20.0.100';

export function container(service: string, changes: Partial<ContainerDetails> = {}): ContainerDetails {
  return {
    id: service, name: `p-${service}`, state: 'running', health: 'healthy', image: 'i', imageId: 'i', addresses: {},
    labels: { [labels.service]: service, [labels.component]: service.replace(/_\d+$/, '') },
    startedAt: undefined, exitCode: 0, restartCount: 0, pid: 0, failedChecks: 0, healthLog: [], ...changes,
  };
}

/** A platform in which all is well: the first node has the address. */
export function steadyEngine(...services: readonly string[]): Engine {
  const all = ['keepalived_1', 'keepalived_2', 'app_1', 'app_2', ...services].map((service) => container(service));
  const engine: Pick<Engine, 'listContainers' | 'inspectContainer' | 'exec'> = {
    listContainers: () => Promise.resolve(all),
    inspectContainer: (name) => Promise.resolve(all.find((one) => one.name === name)),
    exec: (name) => Promise.resolve({ exitCode: 0, stdout: name.endsWith('_1') ? `|-- ${vip}\n/32 host LOCAL\n` : '', stderr: '' }),
  };
  return engine as Engine;
}

const expected = ['app_1', 'app_2'].map((name) => ({ name, component: 'app' }));

export function drillInputs(changes: Partial<DrillInputs> = {}): DrillInputs {
  return {
    engine: steadyEngine(), project: 'p', vip, expected, probe: { image: 'i', network: 'n', ca: 'CA', user: '1:1' },
    fault: faultSchema.parse({ kind: 'kill', targets: ['app_1'] }), holdMs: 0, seed: 1, acceptOutage: false, journalDirectory: '/nowhere/journal', tlsDirectory: '/nowhere/tls',
    unready: () => Promise.resolve([]), issueExpired: () => Promise.reject(new Error('not asked for')), renew: () => Promise.resolve(), objectives: { maxLostWrites: 0 },
    runs: 1, rate: 100, mayLowerRate: false, modes: ['fresh'], ledgerRate: 10, requestTimeoutMs: 1000, recoverWithinMs: 1000, force: false, signal: new AbortController().signal,
    onEvent: () => undefined, ...changes,
  };
}
