import test from 'ava';
import type { ObservedContainer } from '../../../../src/runtime/engine/port.ts';
import { readServers, readUnrouted } from '../../../../src/runtime/observe/routing.ts';
import { nodesWhere, replicaAddresses, traefikAnswer } from '../_traefik.ts';
import { topologyOf } from '../topology/_context.ts';

const topology = topologyOf();
const bothUp = traefikAnswer({ '172.21.0.4': 'UP', '172.21.0.5': 'UP' });
const once = { timeoutMs: 0, pollMs: 1 };

/** An Engine in whose nodes Traefik answers as told. */
function engineWhere(answers: Readonly<Record<string, readonly string[]>>) {
  const { asked, exec } = nodesWhere(answers);
  return { asked, engine: { exec } };
}

function seen(changes: Readonly<Record<string, Partial<ObservedContainer>>> = {}) {
  return topology.services.map(({ container: { name } }) => ({
    name,
    state: 'running' as const,
    health: 'healthy' as const,
    addresses: { 'haplat-app': replicaAddresses[name] ?? '172.21.0.50', 'haplat-data': '172.21.1.9' },
    ...changes[name],
  }));
}

test('a balancer\'s servers are those of all its services, and whether requests go to them', async (t) => {
  const { engine } = engineWhere({ node: [traefikAnswer({ '172.21.0.4': 'UP', '172.21.0.5': 'DOWN' })] });
  t.deepEqual(await readServers(engine, 'node'), new Map([['172.21.0.99', true], ['172.21.0.4', true], ['172.21.0.5', false]]));
});

test('a balancer that does not answer, or not in its own words, says nothing', async (t) => {
  t.is(await readServers(engineWhere({}).engine, 'node'), undefined);
  t.is(await readServers(engineWhere({ node: ['HTTP/1.0 404 Not Found\r\n\r\n404 page not found'] }).engine, 'node'), undefined);
});

test('where each sends requests to each, nobody is named, and each is asked once', async (t) => {
  const { asked, engine } = engineWhere({ 'haplat-keepalived_1': [bothUp], 'haplat-keepalived_2': [bothUp] });
  t.deepEqual(await readUnrouted(engine, topology, seen()), []);
  t.deepEqual(asked.toSorted(), ['haplat-keepalived_1', 'haplat-keepalived_2']);
});

test('who has not heard of a replica is told apart from whose checks of it fail', async (t) => {
  const { engine } = engineWhere({
    'haplat-keepalived_1': [traefikAnswer({ '172.21.0.4': 'UP' })],
    'haplat-keepalived_2': [traefikAnswer({ '172.21.0.4': 'DOWN', '172.21.0.5': 'UP' })],
  });
  t.deepEqual(await readUnrouted(engine, topology, seen(), once), [
    { balancer: 'traefik_1', replica: 'app_2', isKnown: false },
    { balancer: 'traefik_2', replica: 'app_1', isKnown: true },
  ]);
});

test('a balancer that hears of a replica within the time is not named', async (t) => {
  const { engine } = engineWhere({ 'haplat-keepalived_1': [bothUp], 'haplat-keepalived_2': [traefikAnswer({ '172.21.0.4': 'UP' }), bothUp] });
  t.deepEqual(await readUnrouted(engine, topology, seen(), { timeoutMs: 10_000, pollMs: 1 }), []);
});

test('who is not well is neither asked nor asked for', async (t) => {
  const { asked, engine } = engineWhere({ 'haplat-keepalived_1': [traefikAnswer({ '172.21.0.4': 'UP' })] });
  const containers = seen({ 'haplat-traefik_2': { health: 'unhealthy' }, 'haplat-app_2': { state: 'exited', health: 'none' } });
  t.deepEqual(await readUnrouted(engine, topology, containers, once), []);
  t.deepEqual(asked, ['haplat-keepalived_1']);
});

test('a balancer that does not answer is not named: it is not there for now', async (t) => {
  const { engine } = engineWhere({ 'haplat-keepalived_1': [bothUp], 'haplat-keepalived_2': [] });
  t.deepEqual(await readUnrouted(engine, topology, seen(), once), []);
});
