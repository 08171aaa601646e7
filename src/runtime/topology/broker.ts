import { plain, render } from '../render/render.ts';
import { brokerDefinitions } from './broker-definitions.ts';
import { alarmsPath, container, filesMountPath, healthcheck, healthScript, slowStartMs, tmpfs, volume } from './container.ts';
import type { TopologyContext } from './context.ts';
import { attach } from './networks.ts';
import { secretFile } from './secrets-files.ts';
import type { Service } from './topology.ts';

const name = 'rabbitmq';
/** A tmpfs where the rabbitmq user finds what belongs to the host's. */
const secretsPath = '/run/secrets-rabbitmq';
/** Another version starts only if all those that it no longer does without are enabled (its guide, "Feature Flags"). */
const enablingFeatureFlags = ['rabbitmqctl', '--quiet', 'enable_feature_flag', 'all'];
/** Schedulers that spin while they wait for work would cost a tenth of a core, all the time. */
const noBusyWaiting = '+sbwt none +sbwtdcpu none +sbwtdio none';

/** RabbitMQ, by the contract of the official image. */
export function broker(context: TopologyContext): Service {
  const { config, templates } = context;
  return {
    name,
    component: 'rabbitmq',
    layer: 'broker',
    dependsOn: [],
    readying: enablingFeatureFlags,
    files: [
      { path: 'start', text: plain(templates, 'rabbitmq/start'), mode: 0o755 },
      { path: 'health', text: plain(templates, 'rabbitmq/health'), mode: 0o755 },
      { path: 'haplat-health', text: plain(templates, healthScript), mode: 0o755 },
      { path: 'enabled_plugins', text: plain(templates, 'rabbitmq/enabled_plugins'), mode: 0o644 },
      {
        path: 'rabbitmq.conf',
        text: render(templates, 'rabbitmq/rabbitmq.conf.eta', { definitionsFile: `${secretsPath}/definitions.json` }),
        mode: 0o644,
      },
      secretFile(context, 'definitions.json', brokerDefinitions(config.rabbitmq.user, context.secrets)),
    ],
    container: container(context, name, {
      image: config.rabbitmq.image,
      entrypoint: ['bash', `${filesMountPath}/start`],
      command: ['rabbitmq-server'],
      env: {
        RABBITMQ_CONFIG_FILE: `${filesMountPath}/rabbitmq.conf`,
        RABBITMQ_ENABLED_PLUGINS_FILE: `${filesMountPath}/enabled_plugins`,
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: noBusyWaiting,
        // The data's folder is named after the node: it must not change with the container.
        RABBITMQ_NODENAME: 'rabbit@rabbitmq',
      },
      networks: [attach(config.project, 'data', [name])],
      mounts: [
        volume(context, 'rabbitmq_data', '/var/lib/rabbitmq'),
        tmpfs(secretsPath, 1),
        tmpfs('/tmp', 16, 0o1777),
      ],
      // For the official entry point, which hands the data over to rabbitmq and becomes it.
      capAdd: ['CHOWN', 'DAC_OVERRIDE', 'SETGID', 'SETUID'],
      healthcheck: healthcheck(['bash', `${filesMountPath}/health`, alarmsPath], { startPeriodMs: slowStartMs }),
      stopGraceMs: 30_000,
      // Erlang has two threads for each processor that it sees, and some twenty besides.
      pidsLimit: 1024,
    }),
  };
}
