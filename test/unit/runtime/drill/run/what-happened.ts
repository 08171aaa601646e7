import test from 'ava';
import { faultSchema } from '../../../../../src/runtime/drill/fault/fault.ts';
import { cutOffBy, mendedAtMs } from '../../../../../src/runtime/drill/run/what-happened.ts';
import type { EngineEvent } from '../../../../../src/runtime/engine/port.ts';

const nodes = new Map([['lb_1', 'p-lb_1'], ['lb_2', 'p-lb_2']]);
const event = (action: string, service: string, atMs: number, changes: Partial<EngineEvent> = {}): EngineEvent => ({
  action, container: `p-${service}`, service, component: service.replace(/_\d+$/, ''), atMs, ...changes,
});

const cutBy = (fault: object, after: readonly EngineEvent[], healedAtMs?: number) =>
  cutOffBy({ fault: faultSchema.parse({ targets: ['lb_1'], ...fault }), targets: ['lb_1'], nodes, namespaces: ['p-lb_1'], injectedAtMs: 100, healedAtMs }, after);

test('a node is cut off until the heal, or until it was started anew before', (t) => {
  t.deepEqual(cutBy({ kind: 'partition' }, [], 900), [{ node: 'lb_1', fromMs: 100, toMs: 900 }]);
  t.deepEqual(cutBy({ kind: 'partition' }, [event('start', 'lb_1', 500)], 900), [{ node: 'lb_1', fromMs: 100, toMs: 500 }]);
  t.deepEqual(cutBy({ kind: 'partition' }, [event('start', 'lb_1', 950), event('start', 'lb_2', 200)], 900), [{ node: 'lb_1', fromMs: 100, toMs: 900 }]);
  t.deepEqual(cutBy({ kind: 'loss', percent: 100 }, [], 900), [{ node: 'lb_1', fromMs: 100, toMs: 900 }]);
});

test('who still reaches somebody is not cut off', (t) => {
  t.deepEqual(cutBy({ kind: 'partition', from: ['app'] }, [], 900), []);
  t.deepEqual(cutBy({ kind: 'loss', percent: 99 }, [], 900), []);
  t.deepEqual(cutBy({ kind: 'pause' }, [], 900), []);
});

test('a node that was killed answers nobody until it is started again', (t) => {
  t.deepEqual(cutBy({ kind: 'kill' }, [event('start', 'lb_1', 700)]), [{ node: 'lb_1', fromMs: 100, toMs: 700 }]);
  t.deepEqual(cutBy({ kind: 'kill' }, []), [{ node: 'lb_1', fromMs: 100, toMs: undefined }]);
});

const nothing = { events: [], transitions: [], holders: [], healedAtMs: undefined };

test('the last thing that was mended counts, whoever told it', (t) => {
  t.is(mendedAtMs(nothing), undefined);
  t.is(mendedAtMs({ ...nothing, healedAtMs: 300 }), 300);
  const events = [event('die', 'app_1', 900), event('start', 'app_1', 400), event('health_status', 'app_1', 800, { health: 'unhealthy' }), event('health_status', 'app_1', 600, { health: 'healthy' })];
  t.is(mendedAtMs({ ...nothing, events, healedAtMs: 300 }), 600);
  t.is(mendedAtMs({ ...nothing, events, holders: [{ node: 'lb_1', atMs: 650, holds: false }] }), 650);
  const transitions = [{ node: 'lb_1', atMs: 700, kind: 'check', state: 'serving' }, { node: 'lb_1', atMs: 750, kind: 'check', state: 'failed' }] as const;
  t.is(mendedAtMs({ ...nothing, events, transitions }), 700);
});
