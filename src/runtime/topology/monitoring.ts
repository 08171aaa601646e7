import { plain, render } from '../render/render.ts';
import { nodeAddresses } from '../config/schema/node-addresses.ts';
import { container, expendableScore, filesMountPath, healthcheck, healthScript, serviceNames, slowStartMs, tmpfs } from './container.ts';
import type { TopologyContext } from './context.ts';
import { traefikNames } from './load-balancer.ts';
import { engineProxyAddress, engineProxyNames } from './engine-proxy.ts';
import { attach } from './networks.ts';
import { ports } from './ports.ts';
import { secretFile } from './secrets-files.ts';
import type { RenderedFile, Service } from './topology.ts';

const name = 'netdata';
const updateEverySeconds = 5;
const retentionMinutes = 60;

/** Netdata: the host, each container by its name, and Traefik, PostgreSQL and RabbitMQ by its collectors. */
export function monitoring(context: TopologyContext): Service[] {
  return context.config.netdata.enabled ? [netdata(context)] : [];
}

function netdata(context: TopologyContext): Service {
  const { config } = context;
  return {
    name,
    component: 'netdata',
    layer: 'monitoring',
    dependsOn: engineProxyNames(),
    files: netdataFiles(context),
    container: container(context, name, {
      image: config.netdata.image,
      entrypoint: ['bash', `${filesMountPath}/start`],
      command: [],
      env: {
        NETDATA_HOST_PREFIX: '/host',
        // Its script for the names of containers wants it without a scheme.
        DOCKER_HOST: engineProxyAddress,
        DISABLE_TELEMETRY: '1',
        DO_NOT_TRACK: '1',
      },
      networks: [
        attach(config.project, 'public', [name], nodeAddresses(config.network).netdata),
        attach(config.project, 'data', [name]),
        attach(config.project, 'control', [name]),
      ],
      ports: [{ hostIp: '127.0.0.1', hostPort: config.ports.netdata, containerPort: ports.netdata, protocol: 'tcp' }],
      mounts: [
        { kind: 'bind', source: '/proc', target: '/host/proc', readOnly: true },
        { kind: 'bind', source: '/sys', target: '/host/sys', readOnly: true },
        // Volumes of the official image, which would otherwise be made anew, anonymous, with each container.
        tmpfs('/etc/netdata', 8),
        tmpfs('/var/cache/netdata', 64),
        tmpfs('/var/lib/netdata', 16),
      ],
      // For its entry point, which takes over our files and becomes netdata.
      capAdd: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'],
      readOnlyRootfs: false,
      healthcheck: healthcheck(['bash', `${filesMountPath}/haplat-health`, String(ports.netdata), '/api/v1/info'], { startPeriodMs: slowStartMs }),
      stopGraceMs: 5000,
      oomScoreAdj: expendableScore,
      pidsLimit: 256,
    }),
  };
}

/** Replicas of the application, each with its own metrics. */
function applicationTargets({ config: { app, worker } }: TopologyContext): { readonly name: string; readonly port: number }[] {
  const named = (component: string, replicas: number, port: number) => serviceNames(component, replicas).map((target) => ({ name: target, port }));
  return [...named('app', app.replicas, ports.api), ...named('worker', worker.replicas, ports.worker)];
}

function netdataFiles(context: TopologyContext): RenderedFile[] {
  const { config, secrets, templates } = context;
  const updateEvery = updateEverySeconds;
  const rendered = (file: string, variables: object) => render(templates, `netdata/${file}.eta`, { updateEvery, ...variables });
  const open = (path: string, text: string): RenderedFile => ({ path, text, mode: 0o644 });
  const postgres = { port: ports.postgres, database: config.postgres.database, password: secrets.dbMonitorPassword };
  return [
    open('start', plain(templates, 'netdata/start')),
    open('haplat-health', plain(templates, healthScript)),
    open('etc/netdata.conf', rendered('netdata.conf', { project: config.project, port: ports.netdata, retentionMinutes })),
    open('etc/go.d.conf', plain(templates, 'netdata/go.d.conf')),
    open('etc/cloud.d/cloud.conf', plain(templates, 'netdata/cloud.conf')),
    open('etc/go.d/traefik.conf', rendered('traefik.conf', { names: traefikNames(config), port: ports.traefikMetrics })),
    open('etc/go.d/prometheus.conf', rendered('prometheus.conf', { targets: applicationTargets(context) })),
    secretFile(context, 'etc/go.d/postgres.conf', rendered('postgres.conf', postgres)),
    secretFile(
      context,
      'etc/go.d/rabbitmq.conf',
      rendered('rabbitmq.conf', { port: ports.rabbitmqManagement, password: secrets.brokerMonitorPassword }),
    ),
  ];
}
