import type { Mount } from '../engine/container-spec.ts';
import { render } from '../render/render.ts';
import { tlsDrillFolder, tlsMountPath } from '../render/tls-dynamic-config.ts';
import { tmpfs } from './container.ts';
import type { TopologyContext } from './context.ts';
import { engineProxyAddress } from './engine-proxy.ts';
import { fullName } from './names.ts';
import { ports } from './ports.ts';
import { tlsFolder } from './state-paths.ts';

/**
 * Go's collector runs when the heap has grown by so many percent. At 100, the default, a tenth of Traefik's processor
 * time under load went into it, as the heap is small. The limit is where it collects more often all the same: with 256 MiB,
 * 3000 clients that connected at once (some 80 KiB each) had it do little else, and 2,400 requests were answered in 40 s
 * where it is 13,600 with 512.
 */
export const traefikEnvironment: Readonly<Record<string, string>> = { GOGC: '400', GOMEMLIMIT: '512MiB' };

/** The certificates in use, and room for those of a drill; the same whoever starts it. */
export function tlsMounts({ stateDirectory }: Pick<TopologyContext, 'stateDirectory'>): Mount[] {
  return [{ kind: 'bind', source: tlsFolder(stateDirectory), target: tlsMountPath, readOnly: true }, tmpfs(`${tlsMountPath}/${tlsDrillFolder}`, 1)];
}

/** Traefik's static configuration; the same whoever starts it. */
export function traefikYml(context: TopologyContext): string {
  const { config } = context;
  return render(context.templates, 'traefik/traefik.yml.eta', {
    logLevel: config.loadBalancers.logLevel,
    accessLog: config.loadBalancers.accessLog,
    publishedHttps: config.ports.https,
    ports: {
      webPublished: ports.webPublished,
      dashboard: ports.dashboard,
      ping: ports.ping,
      metrics: ports.traefikMetrics,
    },
    engineProxy: engineProxyAddress,
    network: fullName(config.project, 'app'),
    project: config.project,
    tlsDirectory: tlsMountPath,
  });
}
