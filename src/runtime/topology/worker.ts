import { applicationContainer, applicationEnvironment, applicationFiles } from './app.ts';
import { serviceNames } from './container.ts';
import type { TopologyContext } from './context.ts';
import { attach } from './networks.ts';
import { ports } from './ports.ts';
import type { Service } from './topology.ts';

/** The consumers of the task queue. They wait by themselves for the API's migrations. */
export function workers(context: TopologyContext): Service[] {
  const { project, worker } = context.config;
  return serviceNames('worker', worker.replicas).map((name) => ({
    name,
    component: 'worker',
    layer: 'worker',
    dependsOn: ['db', 'rabbitmq'],
    files: applicationFiles(context),
    container: applicationContainer(context, name, {
      command: ['serve', 'worker'],
      port: ports.worker,
      env: {
        ...applicationEnvironment(context, name),
        LOG_LEVEL: worker.logLevel,
        WORKER_PREFETCH: String(worker.prefetch),
      },
      networks: [attach(project, 'data', [name])],
      memoryLimitMiB: worker.memoryLimitMiB,
    }),
  }));
}
