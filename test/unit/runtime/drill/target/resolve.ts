import test from 'ava';
import { resolveTargets, seededRandom } from '../../../../../src/runtime/drill/target/resolve.ts';
import { ConfigError } from '../../../../../src/runtime/errors.ts';
import { services } from './_services.ts';

const resolve = (specs: readonly string[], holders: readonly string[] = ['keepalived_2'], seed = 1) =>
  resolveTargets(specs, services, { holders }, seededRandom(seed));

test('a name is itself', (t) => {
  t.deepEqual(resolve(['db']), ['db']);
});

test('a node is its whole pod', (t) => {
  t.deepEqual(resolve(['node:1']), ['keepalived_1', 'traefik_1']);
});

test('roles are the load balancers of the node that has the address, and of the other', (t) => {
  t.deepEqual(resolve(['vip-holder']), ['traefik_2']);
  t.deepEqual(resolve(['vip-standby']), ['traefik_1']);
});

test('several targets are each meant once', (t) => {
  t.deepEqual(resolve(['traefik_2', 'vip-holder', 'db']), ['traefik_2', 'db']);
});

test('a component is one of its services, the same one for the same seed and each of them for some', (t) => {
  const chosen = Array.from({ length: 40 }, (_, seed) => resolve(['app'], [], seed)[0]);
  t.deepEqual([...new Set(chosen)].toSorted(), ['app_1', 'app_2']);
  t.deepEqual(chosen, Array.from({ length: 40 }, (_, seed) => resolve(['app'], [], seed)[0]));
});

test('all of a component are meant when that is said', (t) => {
  t.deepEqual(resolve(['all:traefik']), ['traefik_1', 'traefik_2']);
});

for (const [spec, holders] of [['traefik_9', []], ['node:3', []], ['vip-holder', []], ['all:nothing', []], ['', []]] as const) {
  test(`“${spec}”, which matches nothing, is a usage error`, (t) => {
    t.throws(() => resolve([spec], holders), { instanceOf: ConfigError });
  });
}

test('a cluster\'s node is its container alone, and its Traefik a process in it', (t) => {
  const lb = (number: number) => ({ name: `lb_${number}`, component: 'lb', container: `p-lb_${number}`, image: 'i', addresses: [] });
  const traefik = (number: number) => ({ ...lb(number), name: `traefik_${number}`, component: 'traefik', podOwner: `lb_${number}`, process: 'traefik' as const });
  const cluster = new Map([lb(1), lb(2), traefik(1), traefik(2)].map((one) => [one.name, one]));
  const of = (spec: string) => resolveTargets([spec], cluster, { holders: ['lb_2'], dc: 'lb_1' }, seededRandom(1));
  t.deepEqual(of('node:2'), ['lb_2']);
  t.deepEqual(of('vip-holder'), ['traefik_2']);
  t.deepEqual(of('dc'), ['lb_1']);
});

test('without a cluster there is no coordinator', (t) => {
  t.throws(() => resolve(['dc']), { instanceOf: ConfigError });
});
