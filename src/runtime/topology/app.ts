import type { ContainerSpec } from '../engine/container-spec.ts';
import { container, expendableScore, filesMountPath, healthcheck, nodeOptions, nodeStartMs, ownerUser, readyPath, serviceNames, tmpfs } from './container.ts';
import type { TopologyContext } from './context.ts';
import { attach } from './networks.ts';
import { ports } from './ports.ts';
import { secretFile } from './secrets-files.ts';
import type { RenderedFile, Service } from './topology.ts';
import { traefikLabels } from './traefik-labels.ts';

const databasePassword = 'db-password';
const brokerPassword = 'rabbitmq-password';

/** The name that all replicas have on their network. */
const siblingsName = 'app';

/**
 * How long a replica that was told to stop still serves. Traefik asks each second, within 900 ms, and learns of a new
 * replica by the Engine's event: on a busy machine less was not enough for both, and reads failed in a rolling change.
 */
const drainDelayMs = 3000;

/** The replicas of the API. */
export function apps(context: TopologyContext): Service[] {
  const { project, app, loadBalancers } = context.config;
  return serviceNames('app', app.replicas).map((name) => ({
    name,
    component: 'app',
    layer: 'application',
    dependsOn: ['db', 'rabbitmq'],
    files: applicationFiles(context),
    container: applicationContainer(context, name, {
      command: ['serve', 'api'],
      port: ports.api,
      env: {
        ...applicationEnvironment(context, name),
        LOG_LEVEL: app.logLevel,
        SIBLINGS_HOST: siblingsName,
        DRAIN_DELAY_MS: String(drainDelayMs),
        JOB_RETENTION_DAYS: String(app.jobRetentionDays),
      },
      labels: traefikLabels(loadBalancers.image),
      networks: [attach(project, 'app', [name, siblingsName]), attach(project, 'data', [name])],
      memoryLimitMiB: app.memoryLimitMiB,
    }),
  }));
}

/** What API and worker have in common: haplat's own image, no privileges, nothing to write. */
export function applicationContainer(
  context: TopologyContext,
  name: string,
  { port, env, ...own }: Pick<ContainerSpec, 'command' | 'env' | 'networks' | 'memoryLimitMiB'> & Partial<ContainerSpec> & { readonly port: number },
): ContainerSpec {
  return container(context, name, {
    image: context.images.runtime,
    user: ownerUser(context),
    mounts: [tmpfs('/tmp', 16, 0o1777)],
    healthcheck: healthcheck(['haplat-health', String(port), '/healthz', readyPath], { startPeriodMs: nodeStartMs }),
    stopGraceMs: 15_000,
    oomScoreAdj: expendableScore,
    env: { ...env, PORT: String(port) },
    ...own,
  });
}

/** Where database and broker are, for those who use both. */
export function applicationEnvironment({ config }: TopologyContext, name: string): Record<string, string> {
  return {
    INSTANCE: name,
    NODE_OPTIONS: nodeOptions,
    DB_HOST: 'db',
    DB_PORT: String(ports.postgres),
    DB_NAME: config.postgres.database,
    DB_USER: config.postgres.user,
    DB_PASSWORD_FILE: `${filesMountPath}/${databasePassword}`,
    AMQP_HOST: 'rabbitmq',
    AMQP_PORT: String(ports.amqp),
    AMQP_USER: config.rabbitmq.user,
    AMQP_PASSWORD_FILE: `${filesMountPath}/${brokerPassword}`,
  };
}

export function applicationFiles(context: TopologyContext): RenderedFile[] {
  const { secrets } = context;
  return [secretFile(context, databasePassword, secrets.dbPassword), secretFile(context, brokerPassword, secrets.brokerPassword)];
}
