import { createHash } from 'node:crypto';
import type { NetworkSpec } from '../engine/container-spec.ts';
import { labels } from '../engine/labels.ts';
import { isSecret } from '../topology/secrets-files.ts';
import type { Service } from '../topology/topology.ts';

const shownDigits = 12;

/** What a container was made from, part by part, so that a difference can be named. */
export type ConfigParts = Readonly<Record<string, string>>;

/**
 * Hashes each part of a service: its container's specification, its networks' and its rendered files. Certificates are
 * not in it: they are random, and Traefik takes new ones while it runs.
 */
export function configParts(service: Service, networks: readonly NetworkSpec[]): ConfigParts {
  const spec = service.container;
  const attached = networks.filter((network) => spec.networks.some((one) => one.network === network.name));
  const secrets = service.files.filter(isSecret).map(({ text: _text, ...file }) => file);
  const parts = {
    image: spec.image,
    command: [spec.entrypoint, spec.command, spec.user, spec.hostname, spec.init],
    environment: spec.env,
    labels: spec.labels,
    networks: [spec.networks, spec.joins, attached],
    mounts: spec.mounts,
    ports: spec.ports,
    security: [[...spec.capAdd].sort(), spec.sysctls, spec.readOnlyRootfs],
    healthcheck: spec.healthcheck,
    limits: [spec.memoryLimitMiB, spec.pidsLimit, spec.shmSizeMiB, spec.cpuShares],
    ...(spec.oomScoreAdj !== undefined && { memory: spec.oomScoreAdj }),
    lifecycle: [spec.restart, spec.stopSignal, spec.stopGraceMs, service.podOwner, service.dependsOn],
    files: service.files.filter((file) => !isSecret(file)),
    ...(secrets.length > 0 && { secrets }),
  };
  return Object.fromEntries(Object.entries(parts).map(([part, value]) => [part, hash(value)]));
}

/** The labels that say what a container is and what it was made from. */
export function identityLabels(
  project: string,
  service: Service,
  parts: ConfigParts,
): Readonly<Record<string, string>> {
  return {
    [labels.project]: project,
    [labels.service]: service.name,
    [labels.component]: service.component,
    [labels.configHash]: hash(parts),
    [labels.configParts]: Object.entries(parts).map(([part, digest]) => `${part}=${digest}`).join(','),
    ...(service.podOwner !== undefined && { [labels.podOwner]: service.podOwner }),
    ...(service.dependsOn.length > 0 && { [labels.dependsOn]: service.dependsOn.join(',') }),
  };
}

/** Names of the parts that differ from what the labels say; empty when nothing does. */
export function changedParts(parts: ConfigParts, observedLabels: Readonly<Record<string, string>>): string[] {
  if (observedLabels[labels.configHash] === hash(parts)) return [];
  const before = new Map((observedLabels[labels.configParts] ?? '').split(',').map((pair) => splitOnce(pair)));
  const changed = Object.entries(parts).filter(([part, digest]) => before.get(part) !== digest);
  return changed.length > 0 ? changed.map(([part]) => part) : ['unknown'];
}

function splitOnce(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}

function hash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, shownDigits);
}

/** JSON with the keys of objects in order, so that equal values hash equally. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
