import test from 'ava';
import { faultSchema } from '../../../../../src/runtime/drill/fault/fault.ts';
import { blastRadius } from '../../../../../src/runtime/drill/target/blast-radius.ts';
import { services } from './_services.ts';

const lostBy = (fault: object, targets: readonly string[]) => blastRadius(faultSchema.parse({ targets, ...fault }), targets, services).clients;

test('one of two replicas leaves the other', (t) => {
  t.deepEqual(lostBy({ kind: 'kill' }, ['app_1']), []);
  t.deepEqual(lostBy({ kind: 'kill' }, ['keepalived_1', 'traefik_1']), []);
});

test('an expired certificate on every load balancer leaves none to clients that verify', (t) => {
  t.deepEqual(lostBy({ kind: 'expire-cert' }, ['traefik_1', 'traefik_2']), ['traefik']);
});

test('a rolling update leaves somebody where there is a second, and nobody else', (t) => {
  t.deepEqual(lostBy({ kind: 'renew' }, ['app_1', 'app_2']), []);
  t.deepEqual(lostBy({ kind: 'renew' }, ['app_1', 'app_2', 'db']), ['db']);
  t.deepEqual(lostBy({ kind: 'renew' }, ['guardian', 'worker_1']), []);
});

test('the only database takes the service with it', (t) => {
  t.deepEqual(lostBy({ kind: 'kill' }, ['db']), ['db']);
});

test('a load balancer and the other node are both load balancers', (t) => {
  t.deepEqual(lostBy({ kind: 'pause' }, ['traefik_1', 'keepalived_2']), ['traefik']);
});

test('what clients do not notice may go', (t) => {
  t.deepEqual(lostBy({ kind: 'kill' }, ['guardian', 'worker_1', 'worker_2']), []);
});

test('packets that are lost or late, and a cut towards some only, are bearable', (t) => {
  t.deepEqual(lostBy({ kind: 'loss', percent: 10 }, ['db']), []);
  t.deepEqual(lostBy({ kind: 'latency', ms: 10 }, ['db']), []);
  t.deepEqual(lostBy({ kind: 'partition', from: ['worker_1'] }, ['db']), []);
  t.deepEqual(lostBy({ kind: 'partition' }, ['db']), ['db']);
});

test('what leaves hardly a request answered is no more bearable than a cut', (t) => {
  t.deepEqual(lostBy({ kind: 'loss', percent: 100 }, ['db']), ['db']);
  t.deepEqual(lostBy({ kind: 'latency', ms: 60_000 }, ['db']), ['db']);
  t.deepEqual(lostBy({ kind: 'loss', percent: 100 }, ['app_1']), []);
});

test('nor is a cut of all of one component from all of another that clients need', (t) => {
  const cut = (from: readonly string[], targets: readonly string[]) => lostBy({ kind: 'partition', from }, targets);
  t.deepEqual(cut(['app'], ['db']), ['db']);
  t.deepEqual(cut(['app_1', 'app_2'], ['db']), ['db']);
  t.deepEqual(cut(['db'], ['app_1', 'app_2']), ['app']);
  t.deepEqual(cut(['app'], ['traefik_1', 'traefik_2']), ['traefik']);
  t.deepEqual(cut(['db'], ['app_1']), []);
  t.deepEqual(cut(['app_1'], ['db']), []);
  t.deepEqual(cut(['worker'], ['db']), []);
  t.deepEqual(cut(['rabbitmq'], ['app_1', 'app_2']), [], 'jobs wait in the outbox');
  t.deepEqual(cut(['app'], ['rabbitmq']), []);
  t.deepEqual(cut(['edge'], ['db']), [], 'they never talk');
  t.deepEqual(cut(['app'], ['keepalived_1', 'traefik_2']), ['traefik']);
});

test('without any guardian nothing is healed, whoever notices: a restart alone needs none', (t) => {
  const healing = (kind: string, targets: readonly string[]) => blastRadius(faultSchema.parse({ kind, targets }), targets, services).healing;
  t.deepEqual(healing('kill', ['guardian']), ['guardian']);
  t.deepEqual(healing('restart', ['guardian']), []);
  t.deepEqual(healing('kill', ['worker_1', 'worker_2']), []);
});
