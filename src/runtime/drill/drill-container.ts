import type { ContainerSpec } from '../engine/container-spec.ts';
import { labels } from '../engine/labels.ts';

/** What a container of a drill's own has to say of itself, and what it may need beside what all of them have. */
type Own = Pick<ContainerSpec, 'name' | 'hostname' | 'image'> & Partial<Omit<ContainerSpec, 'labels'>>;

/**
 * A container that a drill makes for itself: a service of nobody's, by its labels, which ends with what it does. Nobody
 * starts it again or asks for its health: the first check, in place of one that the image may have, would come in an hour.
 */
export function drillContainer(project: string, role: 'probe' | 'sidecar', own: Own): ContainerSpec {
  return {
    env: {},
    labels: { [labels.project]: project, [labels.drill]: role },
    networks: [],
    mounts: [],
    ports: [],
    capAdd: [],
    sysctls: {},
    readOnlyRootfs: true,
    init: false,
    healthcheck: { command: ['true'], intervalMs: 3_600_000, timeoutMs: 1000, retries: 1, startPeriodMs: 0 },
    restart: 'no',
    stopGraceMs: 1000,
    ...own,
  };
}
