import { canonicalCidr } from '../../config/schema/ipv4.ts';
import { container, healthcheck, reachPath, tmpfs, urgentCpuShares, volume } from '../container.ts';
import type { TopologyContext } from '../context.ts';
import { engineProxyNames } from '../engine-proxy.ts';
import { handoverEnvironment, handoverRules } from '../handover.ts';
import { localVip } from '../local-vip.ts';
import { attach } from '../networks.ts';
import { noticeTheDead } from '../notice-the-dead.ts';
import { clusterFolder } from '../state-paths.ts';
import type { RenderedFile, Service } from '../topology.ts';
import { tlsMounts, traefikEnvironment, traefikYml } from '../traefik-config.ts';
import { clusterMembers, type Member } from './members.ts';
import { clusterMountPath, fencingMountPath, fencingVolume } from './paths.ts';

/**
 * NET_ADMIN and NET_RAW for the address and its announcement; the others because Pacemaker is several daemons of two
 * users, who own each other's files, sockets and processes.
 */
const capabilities = ['NET_ADMIN', 'NET_RAW', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID'];
/** libqb's ring buffers; 33–48 MB were seen in use. */
const shmSizeMiB = 128;
/** A cluster that begins takes so long to come together. */
const joinMs = 20_000;

/** The nodes of a Corosync and Pacemaker cluster, each with a Traefik that the cluster starts in it. */
export function clusterNodes(context: TopologyContext): Service[] {
  return clusterMembers(context.config).map((member) => clusterNode(context, member));
}

function clusterNode(context: TopologyContext, { name, address, serves, id }: Member): Service {
  const { project, loadBalancers } = context.config;
  const local = localVip(context.config.network.vip);
  // Netdata knows a Traefik by the same name, whoever runs it.
  const aliases = serves ? [name, `traefik_${id}`] : [name];
  // Corosync's own configuration is shared and reloaded: a node that comes or goes replaces no other.
  // For the same reason offers are taken from the whole subnet.
  const files: RenderedFile[] = serves
    ? [
      { path: 'traefik.yml', text: traefikYml(context), mode: 0o644 },
      handoverRules(context, [canonicalCidr(context.config.network.subnet)]),
      noticeTheDead(context),
    ]
    : [];
  return {
    name,
    component: serves ? 'lb' : 'quorum',
    layer: 'load-balancer',
    dependsOn: serves || loadBalancers.fencing ? engineProxyNames() : [],
    files,
    container: container(context, name, {
      image: context.images.cluster,
      env: serves ? { ...local.env, ...handoverEnvironment, REACH_FILE: reachPath, ...traefikEnvironment } : {},
      labels: serves ? local.labels : {},
      // The daemons' own children, agents among them, are left to process 1.
      init: true,
      networks: [
        attach(project, 'public', aliases, address),
        ...(serves ? [attach(project, 'app', aliases), attach(project, 'control', aliases)] : []),
      ],
      mounts: [
        { kind: 'bind', source: clusterFolder(context.stateDirectory), target: clusterMountPath, readOnly: true },
        ...(serves ? tlsMounts(context) : []),
        ...(loadBalancers.fencing ? [volume(context, fencingVolume, fencingMountPath)] : []),
        tmpfs('/run', 8),
        tmpfs('/tmp', 16, 0o1777),
        tmpfs('/var/lib/corosync', 8),
        tmpfs('/var/lib/pacemaker', 64),
        tmpfs('/var/log', 8),
      ],
      capAdd: capabilities,
      sysctls: { ...(serves ? local.sysctls : {}), 'net.ipv4.ip_unprivileged_port_start': '0' },
      healthcheck: healthcheck(['/usr/local/lib/haplat/health', ...(serves ? [reachPath] : [])], { startPeriodMs: joinMs }),
      shmSizeMiB,
      // Resources are moved away first.
      stopGraceMs: 20_000,
      cpuShares: urgentCpuShares,
      pidsLimit: 512,
    }),
  };
}
