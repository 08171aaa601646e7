import test, { type ExecutionContext } from 'ava';
import { faultSchema, type FaultJob } from '../../../../../src/runtime/drill/fault/fault.ts';
import { faultsInPlace, undoneText } from '../../../../../src/runtime/drill/heal/faults-in-place.ts';
import { forgetFaults, healAll, undoAll } from '../../../../../src/runtime/drill/heal/heal.ts';
import { runSidecar } from '../../../../../src/runtime/drill/fault/sidecar.ts';
import { Journal } from '../../../../../src/runtime/drill/heal/journal.ts';
import { labels } from '../../../../../src/runtime/engine/labels.ts';
import type { ContainerDetails, Engine } from '../../../../../src/runtime/engine/port.ts';
import { OperationError } from '../../../../../src/runtime/errors.ts';
import { temporaryFolder } from '../../../_temporary-folder.ts';
import { container } from '../_platform.ts';

function jobOn(service: string, fault: object): FaultJob {
  const component = service.replace(/_\d+$/, '');
  const victim = { service, component, container: `p-${service}`, namespaceOf: `p-${service}` };
  return { id: `of-${service.replace('_', '-')}`, project: 'p', fault: faultSchema.parse({ targets: [service], ...fault }), victims: [victim], fromAddresses: [], tools: {} };
}

/** A platform of these containers; what was asked of it, in order. */
function engineOf(all: ContainerDetails[], exitCode = 0) {
  const asked: string[] = [];
  const engine: Pick<Engine, 'listContainers' | 'inspectContainer' | 'exec' | 'removeContainer' | 'createContainer' | 'startContainer' | 'logs'> = {
    listContainers: () => Promise.resolve(all),
    inspectContainer: (name) => Promise.resolve(all.find((one) => one.name === name)),
    exec: (name, command) => {
      asked.push(`${name}: ${command.join(' ').includes('drill-*.json') ? 'drop leases' : command.slice(0, 3).join(' ')}`);
      return Promise.resolve({ exitCode: name.includes('guardian') ? 0 : exitCode, stdout: '', stderr: 'no' });
    },
    removeContainer: (name) => {
      asked.push(`remove ${name}`);
      return Promise.resolve();
    },
    createContainer: ({ name }) => {
      asked.push(`create ${name}`);
      return Promise.resolve();
    },
    startContainer: (name) => {
      asked.push(`start ${name}`);
      return Promise.resolve();
    },
    async *logs() {
      await Promise.resolve();
      yield { stream: 'stdout' as const, at: new Date(), text: '1' };
    },
  };
  return { engine: engine as Engine, asked };
}

async function journalWith(t: ExecutionContext, ...jobs: readonly FaultJob[]) {
  const journalDirectory = temporaryFolder(t);
  for (const job of jobs) await new Journal(journalDirectory).add(job);
  return { inputs: { project: 'p', journalDirectory }, left: async () => (await new Journal(journalDirectory).entries()).map(({ job }) => job.id) };
}

const fill = (service: string) => jobOn(service, { kind: 'fill-disk' });

test('faults are undone, their leases ended, and what drills have left running removed', async (t) => {
  const probe = container('', { name: 'p-probe-1', labels: { [labels.drill]: 'probe' } });
  const { engine, asked } = engineOf([container('db'), container('guardian_1'), probe]);
  const { inputs, left } = await journalWith(t, fill('db'));
  t.like((await healAll({ engine, ...inputs }))[0], { kind: 'fill-disk', targets: ['db'] });
  t.deepEqual(asked, ['p-db: rm -f /var/lib/postgresql/data/haplat-drill-fill', 'p-guardian_1: drop leases', 'remove p-probe-1']);
  t.deepEqual(await left(), []);
});

test('a fault in place says towards whom and how badly, and its JSON no more than whom it hits since when', async (t) => {
  const { inputs } = await journalWith(t, jobOn('app_1', { kind: 'partition', from: ['db'] }), jobOn('app_2', { kind: 'loss', percent: 20 }), fill('db'));
  const faults = await faultsInPlace(inputs);
  t.deepEqual(faults.map(undoneText).toSorted(), [
    'undone: fill-disk db, left by a drill',
    'undone: loss app_2 20 %, left by a drill',
    'undone: partition app_1 from db, left by a drill',
  ]);
  t.deepEqual(faults.flatMap((fault) => Object.keys(JSON.parse(JSON.stringify(fault)) as object)), Array(3).fill(['id', 'kind', 'targets', 'at']).flat());
});

test('of what could not be undone the lease is left to the guardian, which does what it can when it runs out', async (t) => {
  const { engine, asked } = engineOf([container('app_1'), container('guardian_1')], 1);
  const { inputs, left } = await journalWith(t, fill('app_1'));
  await t.throwsAsync(healAll({ engine, ...inputs }), { instanceOf: OperationError, message: 'some faults could not be undone' });
  t.deepEqual(asked, ['p-app_1: rm -f /tmp/haplat-drill-fill']);
  t.deepEqual(await left(), ['of-app-1']);
});

test('what is in a volume waits for its container to run, whether it is stopped or gone; in the container it goes with that', async (t) => {
  const { inputs, left } = await journalWith(t, fill('db'), fill('rabbitmq'), fill('netdata'), fill('app_1'));
  const { engine } = engineOf([container('db', { state: 'exited' }), container('app_1', { state: 'exited' })]);
  const { undone, waiting, problems } = await undoAll({ engine, ...inputs });
  t.deepEqual(undone.map(({ targets }) => targets.join()).toSorted(), ['app_1', 'netdata']);
  t.deepEqual([...waiting].toSorted(), [
    'fill-disk db: p-db does not run: /var/lib/postgresql/data/haplat-drill-fill is still there',
    'fill-disk rabbitmq: p-rabbitmq does not run: /var/lib/rabbitmq/haplat-drill-fill is still there',
  ]);
  t.deepEqual(problems, []);
  t.deepEqual((await left()).toSorted(), ['of-db', 'of-rabbitmq']);
  await t.throwsAsync(healAll({ engine, ...inputs }), { message: 'some faults could not be undone' });
  await forgetFaults(inputs);
  t.deepEqual(await left(), []);
});

test('a sidecar that somebody has left by its name is in nobody\'s way', async (t) => {
  const { engine, asked } = engineOf([container('', { name: 'p-drill-1-out-0', state: 'exited' })]);
  await runSidecar(engine, { project: 'p', name: 'p-drill-1-out-0', image: 'i', namespaceOf: 'p-app_1', script: 'true', args: [] });
  t.deepEqual(asked, ['remove p-drill-1-out-0', 'create p-drill-1-out-0', 'start p-drill-1-out-0', 'remove p-drill-1-out-0']);
});

test('who is still down after a kill is started, those first whose namespaces others are in', async (t) => {
  const member = { service: 'traefik_1', component: 'traefik', container: 'p-traefik_1', namespaceOf: 'p-keepalived_1' };
  const job = jobOn('keepalived_1', { kind: 'kill' });
  const { inputs, left } = await journalWith(t, { ...job, victims: [member, ...job.victims] });
  const { engine, asked } = engineOf(['keepalived_1', 'traefik_1'].map((service) => container(service, { state: 'exited' })));
  t.like((await healAll({ engine, ...inputs }))[0], { kind: 'kill', targets: ['traefik_1', 'keepalived_1'] });
  t.deepEqual(asked, ['start p-keepalived_1', 'start p-traefik_1']);
  t.deepEqual(await left(), []);
});

test('a kill whose victim runs again is no fault in place, nothing to undo, and forgotten', async (t) => {
  const { inputs, left } = await journalWith(t, jobOn('app_1', { kind: 'kill' }));
  t.deepEqual(await faultsInPlace(inputs), []);
  const { engine, asked } = engineOf([container('app_1')]);
  t.deepEqual(await healAll({ engine, ...inputs }), []);
  t.deepEqual(asked, []);
  t.deepEqual(await left(), []);
});
