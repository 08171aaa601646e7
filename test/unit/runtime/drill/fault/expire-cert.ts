import test, { type ExecutionContext } from 'ava';
import { expireCert } from '../../../../../src/runtime/drill/fault/expire-cert.ts';
import { faultSchema, type FaultJob } from '../../../../../src/runtime/drill/fault/fault.ts';
import type { ContainerDetails, Engine } from '../../../../../src/runtime/engine/port.ts';
import { temporaryFolder } from '../../../_temporary-folder.ts';
import { container } from '../_platform.ts';

const victim = { service: 'traefik_1', component: 'traefik', container: 'p-traefik_1', namespaceOf: 'p-keepalived_1' };
const job = (t: ExecutionContext): FaultJob => ({
  id: 'id', project: 'p', fault: faultSchema.parse({ kind: 'expire-cert' }), victims: [victim], fromAddresses: [], tools: {},
  tlsDirectory: temporaryFolder(t), expiredFingerprint: 'EX:PI:RED',
});

/** One whose load balancer reloads each time it is asked, by whatever cause. */
function reloadingEngine(changes: Partial<ContainerDetails> = {}) {
  let reloads = 0;
  const removed: string[] = [];
  const engine: Pick<Engine, 'inspectContainer' | 'exec'> = {
    inspectContainer: (name) => Promise.resolve(container(name.slice(2), { addresses: { 'p-public': '172.20.0.11' }, ...changes })),
    exec: (name, command) => {
      if (command[0] === 'rm') removed.push(name);
      const stdout = `HTTP/1.0 200 OK\r\n\r\ntraefik_config_reloads_total ${reloads += 1}\n`;
      return Promise.resolve({ exitCode: 0, stdout, stderr: '' });
    },
  };
  return { engine: engine as Engine, removed };
}

test('it is undone when the expired certificate is no longer presented, not when something was reloaded', async (t) => {
  const { engine, removed } = reloadingEngine();
  const served = ['EX:PI:RED', 'EX:PI:RED', 'IN:USE'];
  const asked: string[] = [];
  const driver = expireCert(({ host, port }) => {
    asked.push(`${host}:${port}`);
    return Promise.resolve(served.shift());
  });
  await driver.heal(job(t), engine);
  t.deepEqual(removed, ['p-traefik_1']);
  t.deepEqual(asked, ['172.20.0.11:443', '172.20.0.11:443', '172.20.0.11:443']);
});

test('one that goes on presenting it is not undone', async (t) => {
  const driver = expireCert(() => Promise.resolve('EX:PI:RED'), 100);
  await t.throwsAsync(driver.heal(job(t), reloadingEngine().engine), { message: 'traefik_1 still served the expired certificate after 100 ms' });
});

test('where nobody can be asked, a reload has to do', async (t) => {
  await t.notThrowsAsync(expireCert(() => Promise.resolve(undefined)).heal(job(t), reloadingEngine().engine));
});

test('what does not run has lost it', async (t) => {
  const { engine, removed } = reloadingEngine({ state: 'exited' });
  await expireCert(() => Promise.resolve('EX:PI:RED')).heal(job(t), engine);
  t.deepEqual(removed, []);
});
