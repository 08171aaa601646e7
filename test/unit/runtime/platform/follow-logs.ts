import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { labels } from '../../../../src/runtime/engine/labels.ts';
import type { EngineEvent, LogLine, LogOptions } from '../../../../src/runtime/engine/port.ts';
import { followLogs, type FollowOptions } from '../../../../src/runtime/platform/follow-logs.ts';
import { inspected } from '../_details.ts';

const source = (service: string) => ({ service, component: service.replace(/_.*/, ''), container: `one-${service}` });
const line = (atMs: number, text: string): LogLine => ({ stream: 'stdout', at: new Date(atMs), text });
const started = (service: string, atMs: number): EngineEvent => ({ action: 'start', service, component: service, container: `one-${service}`, atMs });

/** An Engine whose logs end at once, and whose events are those given. */
class FakeEngine {
  readonly asked: (LogOptions & { readonly name: string })[] = [];
  readonly lines = new Map<string, LogLine[][]>();
  readonly gone = new Set<string>();
  readonly #events: readonly EngineEvent[];

  constructor(events: readonly EngineEvent[]) {
    this.#events = events;
  }

  async *logs(name: string, options: LogOptions): AsyncIterable<LogLine> {
    this.asked.push({ name, ...options });
    await setImmediate();
    const lines = this.lines.get(name)?.shift();
    if (lines === undefined) throw new Error(`no such container: ${name}`);
    yield* lines;
  }

  async *events({ onReady, signal }: { readonly onReady?: () => void; readonly signal?: AbortSignal }): AsyncIterable<EngineEvent> {
    onReady?.();
    for (const event of this.#events) {
      await setImmediate();
      yield event;
    }
    while (signal?.aborted !== true) await setImmediate();
  }

  inspectContainer(name: string): ReturnType<FollowOptions['engine']['inspectContainer']> {
    if (this.gone.has(name)) return Promise.resolve(undefined);
    const service = name.replace('one-', '');
    return Promise.resolve(inspected({
      id: name, name, state: 'running', health: 'none', image: '', imageId: '', addresses: {},
      labels: { [labels.service]: service, [labels.component]: source(service).component },
    }));
  }
}

/** Follows app_1 until `count` lines have come, and gives them. */
async function follow(engine: FakeEngine, count: number): Promise<string[]> {
  const stop = new AbortController();
  const seen: string[] = [];
  await followLogs({
    engine,
    project: 'one',
    sources: [source('app_1')],
    isWanted: ({ component }) => component === 'app',
    tail: 5,
    signal: stop.signal,
    onLine: ({ service }, { text }) => {
      seen.push(`${service} ${text}`);
      if (seen.length === count) stop.abort();
    },
  });
  return seen;
}

test('a container that starts again is read from its last line on, a new one from its start, and nobody else', async (t) => {
  const engine = new FakeEngine([started('app_1', 9000), started('db', 9100), { ...started('app_1', 9200), action: 'die' }, started('app_2', 9300)]);
  engine.lines.set('one-app_1', [[line(1000, 'first'), line(2000, 'last')], [line(9000, 'again')]]);
  engine.lines.set('one-app_2', [[line(9301, 'new')]]);
  const seen = await follow(engine, 4);
  t.deepEqual([...seen].sort(), ['app_1 again', 'app_1 first', 'app_1 last', 'app_2 new']);
  t.like(engine.asked, [
    { name: 'one-app_1', tail: 5, follow: true },
    { name: 'one-app_1', since: new Date(2001), follow: true },
    { name: 'one-app_2', since: new Date(8300), follow: true },
  ]);
});

test('a container that is gone is no failure, one that can not be read is', async (t) => {
  const engine = new FakeEngine([started('app_2', 9000), started('app_1', 9100)]);
  engine.lines.set('one-app_1', [[line(1000, 'first')], [line(9100, 'again')]]);
  engine.gone.add('one-app_2');
  t.deepEqual(await follow(engine, 2), ['app_1 first', 'app_1 again']);
  await t.throwsAsync(follow(new FakeEngine([]), 1), { message: 'no such container: one-app_1' });
});
