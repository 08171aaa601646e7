import type { Engine } from '../engine/port.ts';
import type { Perform } from './execute-plan.ts';
import { removeNetwork } from './remove-network.ts';

/** What takes things away, which is all that a plan of `down` has. */
export function performRemoval(engine: Engine): Perform {
  return async (operation) => {
    switch (operation.kind) {
      case 'stop-container':
        return engine.stopContainer(operation.container);
      case 'remove-container':
        return engine.removeContainer(operation.container);
      case 'remove-network':
        return removeNetwork(engine, operation.name);
      case 'remove-volume':
        return engine.removeVolume(operation.name);
      default:
        throw new Error(`"${operation.id}" takes nothing away`);
    }
  };
}
