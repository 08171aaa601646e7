import { plain, render } from '../render/render.ts';
import { container, filesMountPath, healthcheck, healthScript, serviceNames, volume } from './container.ts';
import { clusterMembers, quorumName } from './cluster/members.ts';
import { fencingMountPath, fencingSocket, fencingVolume } from './cluster/paths.ts';
import type { TopologyContext } from './context.ts';
import { attach } from './networks.ts';
import { ports } from './ports.ts';
import type { Service } from './topology.ts';

/** What Traefik and Netdata call them: the Engine's DNS gives whichever runs. */
const alias = 'engine-proxy';
export const engineProxyAddress = `${alias}:${ports.engineProxy}`;
/** Two, so that the guardian, who has no other way to the Engine, can start either. */
const count = 2;
/** In a proxy. */
const socketPath = '/var/run/docker.sock';
/** A volume that only the proxies and the guardians have. */
export const controlVolume = 'control';
export const controlPath = '/run/haplat-control';
/** Whom the guardian may start, restart and kill: by component, so that more replicas change nothing here. */
const healed = [
  'keepalived_[0-9]+', 'traefik_[0-9]+', 'app_[0-9]+', 'worker_[0-9]+', 'edge', 'db', 'rabbitmq', 'netdata', 'engine-proxy_[0-9]+', 'guardian_[0-9]+',
];

export function engineProxyNames(): string[] {
  return serviceNames(alias, count);
}

/** Where a proxy listens for guardians. */
export function guardianSocket(proxy: string): string {
  return `${controlPath}/${proxy}.sock`;
}

/** The only ones with the Engine's socket. They let through what Traefik, Netdata and the guardians need. */
export function engineProxies(context: TopologyContext): Service[] {
  return engineProxyNames().map((name) => engineProxy(context, name));
}

function engineProxy(context: TopologyContext, name: string): Service {
  const { config, templates } = context;
  const members = clusterMembers(config);
  const isFencing = members.length > 0 && config.loadBalancers.fencing;
  return {
    name,
    component: 'engine-proxy',
    layer: 'control',
    dependsOn: [],
    files: [
      {
        path: 'haproxy.cfg',
        text: render(templates, 'engine-proxy/haproxy.cfg.eta', {
          port: ports.engineProxy,
          guardianSocket: guardianSocket(name),
          engineSocket: socketPath,
          project: config.project,
          services: [...healed, ...(members.length === 0 ? [] : ['lb_[0-9]+', quorumName])],
          fencingSocket: isFencing ? fencingSocket(name) : '',
          members: members.map((member) => member.name),
        }),
        mode: 0o644,
      },
      { path: 'health', text: plain(templates, 'engine-proxy/health'), mode: 0o755 },
      { path: 'haplat-health', text: plain(templates, healthScript), mode: 0o755 },
    ],
    container: container(context, name, {
      image: config.engineProxy.image,
      entrypoint: ['haproxy'],
      command: ['-db', '-f', `${filesMountPath}/haproxy.cfg`],
      // The socket is root's, which opens it without any capability.
      user: '0:0',
      networks: [attach(config.project, 'control', [alias, name])],
      mounts: [
        { kind: 'bind', source: context.engineSocket, target: socketPath, readOnly: true },
        volume(context, controlVolume, controlPath),
        ...(isFencing ? [volume(context, fencingVolume, fencingMountPath)] : []),
      ],
      healthcheck: healthcheck(['bash', `${filesMountPath}/health`, String(ports.engineProxy)]),
      stopSignal: 'SIGUSR1',
      stopGraceMs: 2000,
      // Checks that ran out of time leave processes behind, which HAProxy as process 1 does not wait for.
      pidsLimit: 256,
    }),
  };
}
