import { applyConfiguration, reloadMembers } from '../cluster/configure.ts';
import type { Engine } from '../engine/port.ts';
import type { ImageSpec, Service } from '../topology/topology.ts';
import { awaitCandidate } from './await-candidate.ts';
import { awaitMember } from './await-cluster.ts';
import { awaitHealthy } from './await-healthy.ts';
import { awaitReady } from './await-ready.ts';
import { awaitRouting } from './await-routing.ts';
import { checkData } from './check-data.ts';
import type { Perform } from './execute-plan.ts';
import { readyData } from './ready-data.ts';
import { performRemoval } from './perform-removal.ts';
import { startContainer } from './start-container.ts';
import { unpauseContainer } from './unpause-container.ts';

/** What carrying out a plan needs besides the Engine. */
export interface Means {
  readonly healthyTimeoutMs: number;
  readonly writeFiles: (service: Service) => Promise<void>;
  /** The secrets alone, for a container that runs. */
  readonly writeSecrets: (service: Service) => Promise<void>;
  /** Until a load balancer presents the certificate in use: the next one is left alone until then. */
  readonly awaitServed: (balancer: string, signal: AbortSignal) => Promise<void>;
  readonly ensureImage: (image: ImageSpec, report: (text: string) => void, signal: AbortSignal) => Promise<void>;
}

/** Maps each kind of operation to what carries it out. */
export function performOnEngine(engine: Engine, means: Means): Perform {
  const remove = performRemoval(engine);
  return async (operation, report, signal) => {
    switch (operation.kind) {
      case 'ensure-image':
        return means.ensureImage(operation.image, report, signal);
      case 'check-data':
        return checkData(engine, operation);
      case 'ready-data':
        return readyData(engine, operation);
      case 'create-network':
        return engine.createNetwork(operation.network);
      case 'create-volume':
        return engine.createVolume(operation.volume);
      case 'write-files':
        return means.writeFiles(operation.service);
      case 'write-secrets':
        return means.writeSecrets(operation.service);
      case 'create-container':
        return engine.createContainer(operation.container);
      case 'connect-network':
        return engine.connectNetwork(operation);
      case 'start-container':
        return startContainer(engine, operation);
      case 'unpause-container':
        return unpauseContainer(engine, operation.container);
      case 'stop-container':
      case 'remove-container':
      case 'remove-network':
      case 'remove-volume':
        return remove(operation, report, signal);
      case 'reload-members':
        return reloadMembers(engine, operation.containers);
      case 'apply-cib':
        return applyConfiguration(engine, operation.containers, operation.configuration);
      case 'await-healthy':
        await awaitHealthy(engine, operation.container, { timeoutMs: means.healthyTimeoutMs, report, signal });
        // The next replica is left alone until this one can take its place.
        return awaitReady(engine, { name: operation.subject, container: operation.container }, { report, signal });
      case 'await-candidate':
        await awaitCandidate(engine, operation, { timeoutMs: means.healthyTimeoutMs, signal });
        return means.awaitServed(operation.subject, signal);
      case 'await-member':
        await awaitMember(engine, operation, { timeoutMs: means.healthyTimeoutMs, signal });
        return means.awaitServed(operation.subject, signal);
      case 'await-route':
        return awaitRouting(engine, operation.balancers, [operation.container], { timeoutMs: means.healthyTimeoutMs, signal });
    }
  };
}
