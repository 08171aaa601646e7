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

test('where nobody is, or that can\'t be told, the Engine\'s own words stand', async (t) => {
  t.is(await t.throwsAsync(removeNetwork(engineWith(() => Promise.resolve([])), 'net')), refused);
  t.is(await t.throwsAsync(removeNetwork(engineWith(() => Promise.reject(new Error('gone'))), 'net')), refused);
});
