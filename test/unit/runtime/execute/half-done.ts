import test from 'ava';
import { InterruptedError, OperationError } from '../../../../src/runtime/errors.ts';
import { executePlan, type ExecuteOptions } from '../../../../src/runtime/execute/execute-plan.ts';
import type { Operation, Plan } from '../../../../src/runtime/plan/operation.ts';
import { planUp } from '../../../../src/runtime/plan/plan-up.ts';
import type { Topology } from '../../../../src/runtime/topology/topology.ts';
import { aService, asObserved, aTopology } from '../plan/_build.ts';

const never = new AbortController().signal;
const changed = { container: { env: { A: '2' } } };
const database = aService('db', { component: 'db', ...changed, files: [{ path: 'db-password', text: 'new', mode: 0o400 }] });
const replica = (name: string, extra = {}) => aService(name, { dependsOn: ['db'], ...extra });
/** A change: the database, the replicas that need it, and a pod. */
const desired = aTopology([
  database,
  replica('app_1', changed),
  replica('app_2', changed),
  aService('keepalived_1', { component: 'keepalived', ...changed }),
  aService('traefik_1', { component: 'traefik', podOwner: 'keepalived_1', container: { ...changed.container, joins: 'p-keepalived_1', networks: [] } }),
]);
const before = aTopology(desired.services.map((service) => ({ ...service, files: [], container: { ...service.container, env: {} } })));
const planOf = (topology: Topology) => planUp(topology, asObserved(before));

/** What was begun when the plan is cut short as this operation ends, or fails. */
async function cutAt(id: string, { how, plan = planOf(desired), ...options }: { readonly how: 'abort' | 'failure'; readonly plan?: Plan } & Partial<ExecuteOptions>) {
  const begun: string[] = [];
  const controller = new AbortController();
  const turn = () => new Promise<void>((resolve) => { setImmediate(resolve); });
  const perform = async (operation: Operation) => {
    begun.push(operation.id);
    await turn();
    if (operation.id !== id) return;
    if (how === 'abort') controller.abort();
    else throw new OperationError('no');
  };
  const error = await executePlan(plan, perform, { signal: how === 'abort' ? controller.signal : never, concurrency: 1, ...options }).catch((thrown: unknown) => thrown);
  return { begun, after: begun.slice(begun.indexOf(id) + 1), error };
}

const restOf = (name: string) => [`remove ${name}`, ...(name === 'db' ? ['write db'] : []), `create ${name}`, `start ${name}`];

test('after an abort who has been stopped is made and started, nobody\'s health is waited for, and nobody else is touched', async (t) => {
  const { after, error } = await cutAt('stop db', { how: 'abort' });
  t.true(error instanceof InterruptedError);
  t.deepEqual(after, restOf('db'));
  t.deepEqual((await cutAt('create db', { how: 'abort' })).after, ['start db']);
});

test('a failure beside it leaves nobody half replaced', async (t) => {
  const plan = planOf(desired);
  const bad: Operation = { id: 'bad', subject: 'bad', cause: 'test', after: ['stop db'], kind: 'create-volume', volume: { name: 'bad', labels: {} } };
  const { after, error } = await cutAt('bad', { how: 'failure', plan: { ...plan, operations: [bad, ...plan.operations] } });
  t.is((error as Error).message, 'no');
  t.deepEqual(after, restOf('db'));
});

test('who depends on what does not get healthy is started all the same', async (t) => {
  const { after } = await cutAt('stop app_1', { how: 'abort' });
  t.deepEqual(after, restOf('app_1'));
});

test('a member of a pod comes back with its owner', async (t) => {
  const { after } = await cutAt('stop traefik_1', { how: 'abort' });
  t.deepEqual(after.toSorted(), ['stop keepalived_1', ...restOf('keepalived_1'), ...restOf('traefik_1')].toSorted());
  t.true(after.indexOf('start keepalived_1') < after.indexOf('start traefik_1'));
});

test('what can\'t get to its end begins nothing more', async (t) => {
  t.deepEqual((await cutAt('stop db', { how: 'failure' })).after, []);
  t.deepEqual((await cutAt('create db', { how: 'failure' })).after, []);
});

test('where a network is made anew, all that is on it comes back', async (t) => {
  const moved = aTopology(desired.services, { networks: desired.networks.map((network) => ({ ...network, subnet: '10.2.0.0/24' })) });
  const { begun } = await cutAt('stop app_1', { how: 'abort', plan: planOf(moved) });
  for (const { name } of moved.services) t.true(begun.includes(`start ${name}`), name);
  t.false(begun.some((id) => id.startsWith('await ')));
});

test('who is to have other secrets is handed them, also when it is cut short', async (t) => {
  const secret = { path: 'password', text: 'new', mode: 0o400, ownerUid: 1 };
  const isSecretFile = { files: [{ ...secret, path: 'secrets/password' }] };
  const plan: Plan = { project: 'p', operations: [
    { id: 'stop db', subject: 'db', cause: 'test', after: [], kind: 'stop-container', container: 'p-db' },
    { id: 'hand secrets to app_1', subject: 'app_1', cause: 'test', after: ['stop db'], kind: 'write-secrets', service: replica('app_1', isSecretFile) },
    { id: 'hand secrets to app_2', subject: 'app_2', cause: 'test', after: ['stop rabbitmq'], kind: 'write-secrets', service: replica('app_2', isSecretFile) },
    { id: 'stop rabbitmq', subject: 'rabbitmq', cause: 'test', after: [], kind: 'stop-container', container: 'p-rabbitmq' },
  ] };
  t.deepEqual((await cutAt('stop db', { how: 'abort', plan })).after, ['hand secrets to app_1']);
});

test('nothing begins when it has taken too long', async (t) => {
  t.deepEqual((await cutAt('stop db', { how: 'abort', finishWithinMs: 0 })).after, []);
});
