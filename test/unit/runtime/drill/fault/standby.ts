import test from 'ava';
import { standbyFault } from '../../../../../src/runtime/drill/fault/standby.ts';
import type { DrillService } from '../../../../../src/runtime/drill/watch/platform-view.ts';
import type { Engine } from '../../../../../src/runtime/engine/port.ts';
import { jobOn } from './_jobs.ts';

const node: DrillService = { name: 'lb_1', component: 'lb', container: 'p-lb_1', image: 'i', addresses: [] };
const inside: DrillService = { ...node, name: 'traefik_1', component: 'traefik', podOwner: 'lb_1', process: 'traefik' };
const other: DrillService = { ...node, name: 'keepalived_1', component: 'keepalived', container: 'p-keepalived_1' };
const services = new Map([node, inside, other].map((one) => [one.name, one]));

const standbyOf = (...targets: string[]) => jobOn(targets, { kind: 'standby' }, services);

/** An Engine in which the node's tool ends like this; what was asked of whom. */
function engineOf(answer: { exitCode: number; stdout?: string; stderr?: string }) {
  const asked: string[] = [];
  const engine: Pick<Engine, 'exec'> = {
    exec: (container, command) => {
      asked.push(`${container} ${command.at(-1) ?? ''}`);
      return Promise.resolve({ stdout: '', stderr: '', ...answer });
    },
  };
  return { surroundings: { engine } as Parameters<typeof standbyFault.inject>[1], asked };
}

test('a load balancer stands for its node, which is asked once', async (t) => {
  const { surroundings, asked } = engineOf({ exitCode: 0, stdout: 'set\n1700000000.250000\n' });
  t.deepEqual(await standbyFault.inject(standbyOf('traefik_1', 'lb_1'), surroundings), { injectedAtMs: 1_700_000_000_250 });
  t.deepEqual(asked, ['p-lb_1 lb_1']);
  t.deepEqual(standbyFault.restartHeals(standbyOf('traefik_1')), ['lb_1']);
});

test('what is no node of a cluster is not put on standby', async (t) => {
  const { surroundings, asked } = engineOf({ exitCode: 0 });
  t.deepEqual(await standbyFault.inject(standbyOf('keepalived_1'), surroundings), { noEffect: 'keepalived_1 is no node of a cluster (loadBalancers.manager: pacemaker)' });
  const { engine } = surroundings;
  t.is(await standbyFault.heal(standbyOf('keepalived_1'), engine), undefined, 'nothing was done to it');
  t.deepEqual(asked, []);
  t.deepEqual(standbyFault.restartHeals(standbyOf('keepalived_1')), [], 'nor need it be restarted');
});

test('a node that refuses makes no effect, and says why', async (t) => {
  const { surroundings } = engineOf({ exitCode: 102, stderr: 'Could not connect to the CIB\n' });
  t.deepEqual(await standbyFault.inject(standbyOf('lb_1'), surroundings), { noEffect: 'lb_1: Could not connect to the CIB' });
});
