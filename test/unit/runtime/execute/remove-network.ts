import test from 'ava';
import { OperationError } from '../../../../src/runtime/errors.ts';
import { removeNetwork } from '../../../../src/runtime/execute/remove-network.ts';

const refused = new OperationError('has active endpoints');
const engineWith = (members: () => Promise<string[]>) => ({ removeNetwork: () => Promise.reject(refused), networkMembers: members });

test('who is on a network that can\'t be removed is named, with what to do', async (t) => {
  const error = await t.throwsAsync(removeNetwork(engineWith(() => Promise.resolve(['guest', 'other'])), 'net'), { instanceOf: OperationError });
  t.is(error.message, "the network net can't be removed while guest, other are on it");
  t.regex(error.remedy ?? '', /docker network disconnect net guest/);
});

test('where nobody is, the Engine has miscounted, and counts anew when it starts', async (t) => {
  const error = await t.throwsAsync(removeNetwork(engineWith(() => Promise.resolve([])), 'net'), { instanceOf: OperationError });
  t.regex(error.message, /counts a container on it that is gone/);
  t.regex(error.remedy ?? '', /restart the Engine/);
});

test('of anything else the Engine\'s own words stand', async (t) => {
  const other = new OperationError('permission denied');
  const engine = { removeNetwork: () => Promise.reject(other), networkMembers: () => Promise.resolve([]) };
  t.is(await t.throwsAsync(removeNetwork(engine, 'net')), other);
  t.is(await t.throwsAsync(removeNetwork(engineWith(() => Promise.reject(new Error('no answer'))), 'net')), refused);
});
