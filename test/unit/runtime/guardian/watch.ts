import test from 'ava';
import { labels } from '../../../../src/runtime/engine/labels.ts';
import type { ContainerDetails, ObservedContainer } from '../../../../src/runtime/engine/port.ts';
import { Attempts } from '../../../../src/runtime/guardian/attempts.ts';
import { Watcher } from '../../../../src/runtime/guardian/watch.ts';

type Inspect = (name: string) => Promise<ContainerDetails | undefined>;

const row = (service: string, podOwner = '', changes: Partial<ObservedContainer> = {}) => ({
  id: service, name: `p-${service}`, state: 'running', health: 'healthy', labels: { [labels.service]: service, [labels.podOwner]: podOwner }, ...changes,
}) as ObservedContainer;
const details = (of: ObservedContainer, changes: Partial<ContainerDetails> = {}): ContainerDetails => ({ ...of, failedChecks: 0, healthLog: [], startedAt: new Date(Date.now() - 60_000), ...changes }) as ContainerDetails;

function watching(rows: readonly ObservedContainer[], inspect: Inspect, options: ConstructorParameters<typeof Watcher>[3] = {}) {
  const told: unknown[] = [];
  const engine = { listContainers: () => Promise.resolve([...rows]), inspectContainer: inspect };
  return { watcher: new Watcher({ engine }, 'p', new Attempts((_level, event) => told.push(event)), options), told };
}

test('who can\'t be inspected does not hide the others, is not judged by its health, and is told of once', async (t) => {
  const rows = [row('db', '', { health: 'unhealthy' }), row('app_1', '', { health: 'unhealthy' }), row('keepalived_1'), row('traefik_1', 'keepalived_1')];
  const find = (name: string) => rows.find((one) => one.name === name);
  let asked = 0;
  const { watcher, told } = watching(rows, (name) => {
    if (name === 'p-db') {
      asked += 1;
      return new Promise(() => undefined);
    }
    if (name === 'p-keepalived_1') return Promise.reject(new Error('no'));
    const found = find(name);
    return Promise.resolve(found && details(found));
  }, { inspectWithinMs: 20 });
  for (let time = 1; time <= 2; time += 1) {
    const seen = new Map((await watcher.look()).map((one) => [one.service, one]));
    t.deepEqual([...seen].map(([service, { isStarting }]) => [service, isStarting]), [['db', true], ['app_1', false], ['keepalived_1', true], ['traefik_1', false]]);
    t.deepEqual([...seen].filter(([, { startedAtMs }]) => startedAtMs !== undefined).map(([service]) => service), ['traefik_1']);
  }
  t.deepEqual(told, [
    { event: 'not-inspected', service: 'keepalived_1', message: 'no' },
    { event: 'not-inspected', service: 'db', message: 'inspect p-db: no answer within 20 ms' },
  ]);
  t.is(asked, 1, 'one request that hangs is enough');
});

test('a start that the clock once put into the future is not known later either', async (t) => {
  const rows = [row('keepalived_1'), row('traefik_1', 'keepalived_1')];
  let nowMs = 1_000_000;
  const start = new Date(nowMs + 1400);
  const { watcher } = watching(rows, (name) => {
    const found = rows.find((one) => one.name === name);
    return Promise.resolve(found && details(found, name === 'p-keepalived_1' ? { startedAt: start } : { startedAt: new Date(0) }));
  }, { wallNowMs: () => nowMs });
  const dated = async () => (await watcher.look()).filter(({ startedAtMs }) => startedAtMs !== undefined).map(({ service }) => service);
  t.deepEqual(await dated(), ['traefik_1']);
  nowMs += 60_000;
  t.deepEqual(await dated(), ['traefik_1']);
  watcher.forget();
  t.deepEqual(await dated(), ['traefik_1'], 'the Engine was listened to anew');
});
