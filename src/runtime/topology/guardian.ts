import { container, healthcheck, ownerUser, tmpfs, volume } from './container.ts';
import type { TopologyContext } from './context.ts';
import { controlPath, controlVolume, guardianSocket } from './engine-proxy.ts';
import { attach } from './networks.ts';
import { ports } from './ports.ts';
import type { Service } from './topology.ts';

const name = 'guardian';
/** Leases and journals; the image `runtime` makes it a folder that any user may write to. */
export const guardianStatePath = '/var/lib/haplat';
export const guardianVolume = 'guardian_state';

/** Keeps running what `up` made. */
export function guardian(context: TopologyContext): Service {
  const { project } = context.config;
  return {
    name,
    component: 'guardian',
    layer: 'control',
    dependsOn: ['engine-proxy'],
    files: [],
    container: container(context, name, {
      image: context.images.runtime,
      command: ['serve', 'guardian'],
      user: ownerUser(context),
      env: {
        HAPLAT_PROJECT: project,
        HAPLAT_ENGINE_SOCKET: guardianSocket,
        HAPLAT_STATE_DIRECTORY: guardianStatePath,
        PORT: String(ports.guardian),
      },
      networks: [attach(project, 'control', [name])],
      mounts: [
        volume(context, controlVolume, controlPath),
        volume(context, guardianVolume, guardianStatePath),
        tmpfs('/tmp', 16, 0o1777),
      ],
      healthcheck: healthcheck(['haplat-health']),
      stopGraceMs: 5000,
    }),
  };
}
