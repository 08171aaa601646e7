import test from 'ava';
import { EngineWatch } from '../../../../../src/runtime/drill/watch/engine-watch.ts';
import { steadyNowMs } from '../../../../../src/runtime/steady-clock.ts';
import { parseAddressLog, VipWatch, type WatchPatience } from '../../../../../src/runtime/drill/watch/vip-watch.ts';
import type { Engine, EngineEvent } from '../../../../../src/runtime/engine/port.ts';
import { InterruptedError, OperationError } from '../../../../../src/runtime/errors.ts';

const vip = '172.20.0.100';

/** An Engine with one container whose watches end as told, one after the other; the last one lasts until it is stopped. */
function engineOf(watches: readonly ((tell: (action: string) => void) => string)[], state = 'running') {
  const queue: EngineEvent[] = [];
  let wake: () => void = () => undefined;
  let stop: () => void = () => undefined;
  let begun = 0;
  const tell = (action: string) => {
    queue.push({ action, container: 'p-lb_1', service: 'lb_1', component: 'lb', atMs: steadyNowMs() });
    wake();
  };
  const engine: Pick<Engine, 'exec' | 'inspectContainer' | 'events'> = {
    async exec(_container, command) {
      if (command.length === 4) {
        stop();
        return { exitCode: 0, stdout: '', stderr: '' };
      }
      begun += 1;
      const stdout = watches[begun - 1]?.(tell) ?? '';
      if (begun >= watches.length) await new Promise<void>((resolve) => { stop = resolve; tell('watched'); });
      return { exitCode: 0, stdout, stderr: '' };
    },
    inspectContainer: () => Promise.resolve({ state } as Awaited<ReturnType<Engine['inspectContainer']>>),
    async *events({ signal, onReady }) {
      onReady?.();
      while (!signal.aborted) {
        const event = queue.shift();
        if (event !== undefined) yield event;
        else await new Promise<void>((resolve) => { wake = resolve; signal.addEventListener('abort', () => { resolve(); }, { once: true }); });
      }
    },
  };
  return engine as Engine;
}

async function watched(engine: Engine, patience?: WatchPatience) {
  await using events = await EngineWatch.start(engine, 'p');
  const watch = new VipWatch(engine, events, { vip, id: 'id', nodes: new Map([['lb_1', 'p-lb_1']]), lifeMs: 60_000 }, patience);
  await events.find(({ action }) => action === 'watched', 15_000, new AbortController().signal);
  return { changes: await watch.end(), problems: watch.problems };
}

/** For what never comes. */
const impatient: WatchPatience = { stopWithinMs: 10, deathIsToldWithinMs: 10 };

const has = `[2026-01-02T03:04:05.000000] 2: eth0    inet ${vip}/16 scope global eth0\n`;

test('a node that the Engine is just restarting is watched again, and was not unwatched while it ran', async (t) => {
  const { changes, problems } = await watched(engineOf([
    (tell) => {
      // It had died before: what comes is the start.
      tell('start');
      throw new OperationError('exec in p-lb_1: Container 0123 is restarting, wait until the container is running');
    },
    () => has,
  ]));
  t.deepEqual(problems, []);
  t.deepEqual(changes.map(({ node, holds }) => [node, holds]), [['lb_1', true]]);
});

test('what was seen of a node before it died counts, and its death ends it', async (t) => {
  const { changes } = await watched(engineOf([
    (tell) => {
      tell('die');
      return has;
    },
    () => '',
  ]));
  t.deepEqual(changes.map(({ holds }) => holds), [true, false]);
});

test('a node that runs and can\'t be watched is a problem', async (t) => {
  const { problems } = await watched(engineOf([
    () => { throw new OperationError('exec in p-lb_1: no bash'); },
    () => '',
  ]), impatient);
  t.deepEqual(problems, ['lb_1: exec in p-lb_1: no bash']);
});

test('a watch that was only just starting when it was told to end, and so never heard of it, is given up', async (t) => {
  const engine = engineOf([() => '']);
  const deaf: Engine = {
    ...engine,
    exec: (container, command, { timeoutMs, signal }) =>
      command.length === 4
        ? Promise.resolve({ exitCode: 1, stdout: '', stderr: 'no such file' })
        : new Promise((_resolve, reject) => {
            void engine.exec(container, command, { timeoutMs });
            signal?.addEventListener('abort', () => { reject(new InterruptedError()); }, { once: true });
          }),
  };
  t.deepEqual(await watched(deaf, impatient), { changes: [], problems: [] });
});

test('changes of the virtual address, and of no other, are read from what the kernel tells', (t) => {
  const text = [
    '[2026-01-02T03:04:05.500000] 2: eth0    inet 172.20.0.100/16 scope global secondary eth0\\       valid_lft forever',
    '[2026-01-02T03:04:06.250125] Deleted 2: eth0    inet 172.20.0.100/16 scope global secondary eth0\\       valid_lft forever',
    '[2026-01-02T03:04:07.000000] 2: eth0    inet 172.20.0.10/16 scope global eth0\\       valid_lft forever',
    '[2026-01-02T03:04:08.000000]',
  ].join('\n');
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 500);
  t.deepEqual(parseAddressLog('keepalived_1', '172.20.0.100', text), [
    { node: 'keepalived_1', atMs: at, holds: true },
    { node: 'keepalived_1', atMs: at + 750.125, holds: false },
  ]);
});
