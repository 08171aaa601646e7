import test from 'ava';
import type { Engine } from '../../../../src/runtime/engine/port.ts';
import { readGuardiansWords } from '../../../../src/runtime/status/guardians-words.ts';
import { inspected } from '../_details.ts';
import { aService, aTopology, observedContainer } from '../plan/_build.ts';

const topology = aTopology([aService('guardian_1', { component: 'guardian' }), aService('guardian_2', { component: 'guardian' }), aService('db')]);
const first = { at: '2026-11-28T01:00:00.000Z', what: 'was ended by SIGKILL' };
const second = { at: '2026-11-28T02:00:00.000Z', what: 'was restarted (is unhealthy)' };

/** An Engine on which each guardian has written its state, or does not run. */
function engineWith(states: Readonly<Record<string, object | undefined>>): Engine {
  const services = new Map(topology.services.map((one) => [one.container.name, one]));
  const engine: Pick<Engine, 'inspectContainer' | 'exec'> = {
    inspectContainer: (name) => {
      const service = services.get(name);
      if (service === undefined || states[service.name] === undefined) return Promise.resolve(undefined);
      return Promise.resolve(inspected(observedContainer(topology, service)));
    },
    exec: (name) => Promise.resolve({ exitCode: 0, stdout: JSON.stringify(states[services.get(name)?.name ?? '']), stderr: '' }),
  };
  return engine as Engine;
}

const state = (incidents: object) => ({ schema: 'haplat.guardian/1', windowMs: 1, services: {}, incidents });

test('what either guardian remembers is told once, in order', async (t) => {
  const { incidents } = await readGuardiansWords(engineWith({ guardian_1: state({ db: [second] }), guardian_2: state({ db: [first, second] }) }), topology);
  t.deepEqual([...incidents], [['db', [first, second]]]);
});

test('a guardian that does not run, or is of an older version, is no obstacle', async (t) => {
  const backedOff = { deaths: 5, repairs: 3, backedOff: true, lastReason: 'is exited' };
  const older = { schema: 'haplat.guardian/1', windowMs: 1, services: { db: backedOff } };
  const { notes, incidents } = await readGuardiansWords(engineWith({ guardian_2: older }), topology);
  t.deepEqual([...notes], [['db', 'backed off, died 5 times in 5 minutes: is exited']]);
  t.is(incidents.size, 0);
});
