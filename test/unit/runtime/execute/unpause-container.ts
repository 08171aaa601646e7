import test from 'ava';
import type { ContainerDetails, ContainerState } from '../../../../src/runtime/engine/port.ts';
import { OperationError } from '../../../../src/runtime/errors.ts';
import { unpauseContainer } from '../../../../src/runtime/execute/unpause-container.ts';

const refusing = (state: ContainerState) => ({
  unpauseContainer: () => Promise.reject(new OperationError('Container p-db is not paused')),
  inspectContainer: () => Promise.resolve({ state } as ContainerDetails),
});

test('who runs already need not be unpaused; who neither runs nor can be is an error', async (t) => {
  await t.notThrowsAsync(unpauseContainer(refusing('running'), 'p-db'));
  await t.throwsAsync(unpauseContainer(refusing('paused'), 'p-db'), { message: 'Container p-db is not paused' });
});
