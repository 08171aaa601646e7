import { container, healthcheck, nodeOptions, nodeStartMs, ownerUser, serviceNames, tmpfs, volume } from './container.ts';
import type { TopologyContext } from './context.ts';
import { controlPath, controlVolume, engineProxyNames, guardianSocket } from './engine-proxy.ts';
import { guardianStateDirectory } from './guardian-state.ts';
import { attach } from './networks.ts';
import { ports } from './ports.ts';
import type { Service } from './topology.ts';

/** The image `runtime` makes it a folder that any user may write to. */
/**
 * Two, because `docker kill` keeps the Engine from starting a container again, and nobody else would start the only
 * guardian: the first that runs looks after everything, the other after guardians.
 */
const count = 2;

/** Leases and what the guardian lets `status` know: each has its own. */
export function guardianVolumes(): string[] {
  return serviceNames('guardian', count).map(stateVolume);
}

/** They keep running what `up` made. */
export function guardians(context: TopologyContext): Service[] {
  return serviceNames('guardian', count).map((name) => guardian(context, name));
}

function guardian(context: TopologyContext, name: string): Service {
  const { project } = context.config;
  return {
    name,
    component: 'guardian',
    layer: 'control',
    dependsOn: engineProxyNames(),
    files: [],
    container: container(context, name, {
      image: context.images.runtime,
      command: ['serve', 'guardian'],
      user: ownerUser(context),
      env: {
        HAPLAT_PROJECT: project,
        HAPLAT_SERVICE: name,
        HAPLAT_ENGINE_SOCKET: engineProxyNames().map(guardianSocket).join(','),
        // The volume outlives `down`, and who runs the next `up` may be somebody else, who can't write to the files of the first.
        HAPLAT_STATE_DIRECTORY: `${guardianStateDirectory}/${context.owner.uid}`,
        NODE_OPTIONS: nodeOptions,
        PORT: String(ports.guardian),
      },
      networks: [attach(project, 'control', [name])],
      mounts: [
        volume(context, controlVolume, controlPath),
        volume(context, stateVolume(name), guardianStateDirectory),
        tmpfs('/tmp', 16, 0o1777),
      ],
      healthcheck: healthcheck(['haplat-health'], { startPeriodMs: nodeStartMs }),
      stopGraceMs: 5000,
    }),
  };
}

function stateVolume(name: string): string {
  return `${name}_state`;
}
