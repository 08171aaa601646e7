import { stringify } from 'yaml';
import { bracketed } from '../config/schema/bind-addresses.ts';
import type { ContainerSpec, Mount } from '../engine/container-spec.ts';
import { configParts, identityLabels } from '../plan/config-hash.ts';
import { shortName } from '../topology/names.ts';
import type { Service, Topology } from '../topology/topology.ts';

/** The topology as a Compose file: the same containers, names, networks and checks, for reading, audit and leaving. Pure. */
export function toCompose(topology: Topology): string {
  const document = {
    name: topology.project,
    services: Object.fromEntries(topology.services.map((service) => [service.name, toService(service, topology)])),
    networks: Object.fromEntries(
      topology.networks.map((network) => [
        shortName(topology.project, network.name),
        {
          name: network.name,
          internal: network.internal,
          labels: network.labels,
          ipam: {
            config: [
              {
                subnet: network.subnet,
                gateway: network.gateway,
                ...(network.ipRange !== undefined && { ip_range: network.ipRange }),
                ...(network.reserved !== undefined && { aux_addresses: network.reserved }),
              },
            ],
          },
        },
      ]),
    ),
    volumes: Object.fromEntries(
      topology.volumes.map((volume) => [shortName(topology.project, volume.name), { name: volume.name, labels: volume.labels }]),
    ),
  };
  return stringify(document, { lineWidth: 0 });
}

function toService(service: Service, topology: Topology): Record<string, unknown> {
  const spec = service.container;
  const shared = service.podOwner === undefined ? undefined : `service:${service.podOwner}`;
  return {
    image: spec.image,
    container_name: spec.name,
    ...(shared === undefined ? { hostname: spec.hostname } : { network_mode: shared, pid: shared }),
    ...(spec.entrypoint && { entrypoint: literal(spec.entrypoint) }),
    ...(spec.command && { command: literal(spec.command) }),
    ...(spec.user !== undefined && { user: spec.user }),
    environment: Object.fromEntries(Object.entries(spec.env).map(([key, value]) => [key, literalText(value)])),
    labels: Object.fromEntries(Object.entries(labelsOf(service, topology)).map(([key, value]) => [key, literalText(value)])),
    ...(shared === undefined && { networks: networksOf(spec, topology) }),
    volumes: spec.mounts.map((mount) => toMount(mount, topology)),
    ports: spec.ports.map((port) => `${bracketed(port.hostIp)}:${port.hostPort}:${port.containerPort}/${port.protocol}`),
    cap_drop: ['ALL'],
    cap_add: spec.capAdd,
    security_opt: ['no-new-privileges:true'],
    sysctls: spec.sysctls,
    read_only: spec.readOnlyRootfs,
    init: spec.init,
    healthcheck: healthcheckOf(spec),
    restart: spec.restart,
    stop_grace_period: `${spec.stopGraceMs}ms`,
    ...(spec.stopSignal !== undefined && { stop_signal: spec.stopSignal }),
    ...(spec.memoryLimitMiB !== undefined && { mem_limit: `${spec.memoryLimitMiB}m` }),
    ...(spec.pidsLimit !== undefined && { pids_limit: spec.pidsLimit }),
    ...(spec.cpuShares !== undefined && { cpu_shares: spec.cpuShares }),
    ...(spec.oomScoreAdj !== undefined && { oom_score_adj: spec.oomScoreAdj }),
    ...(spec.shmSizeMiB !== undefined && { shm_size: `${spec.shmSizeMiB}m` }),
    depends_on: Object.fromEntries(service.dependsOn.map((name) => [name, { condition: 'service_healthy' }])),
    logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '2' } },
  };
}

function healthcheckOf({ healthcheck: check }: ContainerSpec): object {
  const { command, timeoutMs } = check.repeated ?? check;
  return {
    test: ['CMD', ...literal(command)],
    interval: `${check.intervalMs}ms`,
    timeout: `${timeoutMs}ms`,
    retries: check.retries,
    start_period: `${check.startPeriodMs}ms`,
  };
}

/** With haplat's own, by which the guardian and `status` know the containers. */
function labelsOf(service: Service, topology: Topology): Record<string, string> {
  return { ...service.container.labels, ...identityLabels(topology.project, service, configParts(service, topology.networks)) };
}

/** Compose connects in the order of priorities, highest first; without any, in that of names. */
function networksOf(spec: ContainerSpec, topology: Topology): Record<string, unknown> {
  return Object.fromEntries(
    spec.networks.map((one, index, all) => [
      shortName(topology.project, one.network),
      {
        aliases: one.aliases,
        ...(one.ipv4 !== undefined && { ipv4_address: one.ipv4 }),
        ...(all.length > 1 && { priority: (all.length - index) * 100 }),
      },
    ]),
  );
}

function toMount(mount: Mount, topology: Topology): Record<string, unknown> {
  switch (mount.kind) {
    case 'bind':
      return { type: 'bind', source: mount.source, target: mount.target, read_only: mount.readOnly };
    case 'volume':
      return { type: 'volume', source: shortName(topology.project, mount.source), target: mount.target, read_only: mount.readOnly };
    case 'tmpfs':
      return { type: 'tmpfs', target: mount.target, tmpfs: { size: `${mount.sizeMiB}m`, mode: mount.mode } };
  }
}

/** Compose reads `$` as the start of a variable. */
function literal(texts: readonly string[]): string[] {
  return texts.map(literalText);
}

function literalText(text: string): string {
  return text.replaceAll('$', '$$$$');
}
