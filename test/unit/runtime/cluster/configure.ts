import test from 'ava';
import { applyConfiguration, readConfigurationHash } from '../../../../src/runtime/cluster/configure.ts';
import type { Engine } from '../../../../src/runtime/engine/port.ts';
import { OperationError } from '../../../../src/runtime/errors.ts';

const nodes = '<nodes>\n  <node id="1" uname="lb_1"/>\n  <node id="3" uname="lb_3"/>\n</nodes>\n';
const configuration = { cib: '', sections: '<crm_config/>\n', corosync: '', hash: 'h', members: ['lb_1', 'lb_2'] };

/** Containers of which some answer; what they were asked. */
function engineOf(answer: (container: string, command: readonly string[]) => { exitCode: number; stdout?: string; stderr?: string }) {
  const asked: { container: string; command: readonly string[]; stdin: string | undefined }[] = [];
  const exec: Engine['exec'] = (container, command, { stdin }) => {
    asked.push({ container, command, stdin });
    const { exitCode, stdout = '', stderr = '' } = answer(container, command);
    return exitCode < 0 ? Promise.reject(new OperationError('is not running')) : Promise.resolve({ exitCode, stdout, stderr });
  };
  return { engine: { exec }, asked };
}

const nodesLeft = nodes.replace('  <node id="3" uname="lb_3"/>\n', '');

test('the new configuration keeps the cluster\'s nodes, and those that are no longer wanted are forgotten before', async (t) => {
  let known = nodes;
  const { engine, asked } = engineOf((container, command) => {
    if (container === 'p-lb_1') return { exitCode: -1 };
    if (command.includes('--remove')) known = nodesLeft;
    return { exitCode: 0, stdout: command[0] === 'cibadmin' ? known : '' };
  });
  await applyConfiguration(engine, ['p-lb_1', 'p-lb_2'], configuration);
  const ofSecond = asked.filter(({ container }) => container === 'p-lb_2');
  // Corosync's list of nodes first: a node that it still has is not forgotten.
  const [reload, , forgotten, , applied] = ofSecond;
  t.deepEqual(reload?.command, ['corosync-cfgtool', '-R']);
  t.deepEqual(forgotten?.command, ['crm_node', '--force', '--remove', 'lb_3']);
  t.is(applied?.stdin, `<configuration>\n<crm_config/>\n${nodesLeft}</configuration>\n`);
  t.is(ofSecond.length, 5);
});

test('with a node that can\'t be forgotten nothing is applied', async (t) => {
  const { engine, asked } = engineOf((_, command) => (command.includes('--remove') ? { exitCode: 1, stderr: 'no such node\n' } : { exitCode: 0, stdout: nodes }));
  const error = await t.throwsAsync(applyConfiguration(engine, ['p-lb_1'], configuration), { instanceOf: OperationError, message: /former node lb_3/ });
  t.deepEqual(error.details, ['no such node']);
  t.false(asked.some(({ stdin }) => stdin !== undefined));
});

test('what the cluster does not accept is an error that says why', async (t) => {
  const { engine } = engineOf((_, command) => (command[0] !== undefined && ['cibadmin', 'corosync-cfgtool'].includes(command[0]) ? { exitCode: 0, stdout: nodesLeft } : { exitCode: 78, stderr: 'error: bad score\n' }));
  const error = await t.throwsAsync(applyConfiguration(engine, ['p-lb_1'], configuration), { instanceOf: OperationError });
  t.deepEqual(error.details, ['error: bad score']);
});

test('the hash is that of the first node that answers, and unknown when none does', async (t) => {
  const { engine } = engineOf((container) => (container === 'b' ? { exitCode: 0, stdout: '<nvpair id="x" name="haplat-configuration" value="0123"/>' } : { exitCode: 102 }));
  t.is(await readConfigurationHash(engine, ['a', 'b']), '0123');
  t.is(await readConfigurationHash(engine, ['a']), undefined);
});
