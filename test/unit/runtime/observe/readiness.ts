import test from 'ava';
import type { ContainerDetails, Engine } from '../../../../src/runtime/engine/port.ts';
import { describeReadiness, readLacking, whatIsToBeAwaited, whoIsUnready } from '../../../../src/runtime/observe/readiness.ts';
import { readyPath } from '../../../../src/runtime/topology/container.ts';
import { inspected } from '../_details.ts';
import { aService, aTopology, observedContainer } from '../plan/_build.ts';

const topology = aTopology([aService('app_1'), aService('app_2')]);
const unavailable = '{"ready":false,"status":"unavailable","checks":{"database":"down","schema":"up","broker":"up"}}';

const containersSaying = (outputs: Record<string, string>) =>
  new Map(
    topology.services.map((service): [string, ContainerDetails] => [
      service.container.name,
      inspected(observedContainer(topology, service), { healthLog: [{ endedAt: new Date(0), exitCode: 0, output: outputs[service.name] ?? '' }] }),
    ]),
  );

function engineSaying(stdout: string): Pick<Engine, 'exec'> & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    exec: (container) => {
      asked.push(container);
      return Promise.resolve({ stdout, stderr: '', exitCode: 0 });
    },
  };
}

test('a replica whose last check said that it is not ready is asked again, nobody else is', async (t) => {
  const engine = engineSaying(`not ready: ${unavailable}\n`);
  const lacking = await readLacking(engine, topology.services, containersSaying({ app_2: `not ready: ${unavailable}\n` }));
  t.deepEqual([...lacking], [['app_2', 'unavailable: database down']]);
  t.deepEqual(engine.asked, ['p-app_2']);
});

test('one that is ready by now lacks nothing', async (t) => {
  const lacking = await readLacking(engineSaying(''), topology.services, containersSaying({ app_1: `not ready: ${unavailable}\n` }));
  t.deepEqual([...lacking], []);
});

test('whoever tells is asked, now, and those that lack something are named', async (t) => {
  const telling = aService('app_3', { container: { healthcheck: { command: ['haplat-health', '3000', '/healthz', readyPath], intervalMs: 1, timeoutMs: 1, retries: 1, startPeriodMs: 1 } } });
  const engine = engineSaying(`not ready: ${unavailable}\n`);
  t.deepEqual(await whoIsUnready(engine, [...topology.services, telling]), ["app_3 can't do its work (unavailable: database down)"]);
  t.deepEqual(engine.asked, ['p-app_3']);
  t.deepEqual(await whoIsUnready(engineSaying(''), [telling]), []);
});

const partly = '{"ready":true,"status":"degraded","checks":{"database":"up","answers":"up","operations":"failing"},"failing":["POST /items","PUT /items/{id}"]}';

test('nobody waits for one kind of request, or for jobs, to go well: that may be their own fault', async (t) => {
  const telling = aService('app_3', { container: { healthcheck: { command: ['haplat-health', '3000', '/healthz', readyPath], intervalMs: 1, timeoutMs: 1, retries: 1, startPeriodMs: 1 } } });
  const told = async (body: string) => [await whatIsToBeAwaited(engineSaying(`not ready: ${body}\n`), telling.container), (await whoIsUnready(engineSaying(`not ready: ${body}\n`), [telling])).length];
  t.deepEqual(await told(partly), ['', 0]);
  t.deepEqual(await told(partly.replace('"answers":"up"', '"answers":"failing"')), ['degraded: answers failing, operations failing: POST /items, PUT /items/{id}', 1]);
  t.deepEqual(await told('{"ready":true,"status":"degraded","checks":{"attempts":"failing"},"failing":["item.process"]}'), ['', 0]);
  t.deepEqual(await told('{"ready":true,"status":"degraded","checks":{"broker":"down","attempts":"failing"}}'), ['degraded: broker down, attempts failing', 1]);
});

test('what is missing is named, and what can\'t be read is shown as it is', (t) => {
  t.is(describeReadiness('{"ready":false,"status":"unavailable","checks":{"database":"down","broker":"down"}}'), 'unavailable: database down, broker down');
  t.is(
    describeReadiness(partly),
    'degraded: operations failing: POST /items, PUT /items/{id}',
  );
  t.is(describeReadiness('{"ready":false,"status":"draining","checks":{"database":"up"}}'), 'draining');
  t.is(describeReadiness('no answer from port 3000\n'), 'no answer from port 3000');
});
